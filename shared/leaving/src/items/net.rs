//! `async_std::net`, and Unix sockets.

use std::{
    io,
    net::{TcpListener as Listener, TcpStream as Stream},
};

use super::table;

/// A listener, and a client that has sent a byte.
fn listener() -> io::Result<(Listener, Stream)> {
    let listener = Listener::bind("127.0.0.1:0")?;
    let mut client = Stream::connect(listener.local_addr()?)?;
    io::Write::write_all(&mut client, b"a")?;
    listener.set_nonblocking(true)?;
    Ok((listener, client))
}

/// Two ends of a connection, the first of which does not block, and has a byte to read.
fn connection() -> io::Result<(Stream, Stream)> {
    let listener = Listener::bind("127.0.0.1:0")?;
    let mut client = Stream::connect(listener.local_addr()?)?;
    let (stream, _) = listener.accept()?;
    io::Write::write_all(&mut client, b"a")?;
    stream.set_nonblocking(true)?;
    Ok((stream, client))
}

table! {
    "async_std::net", in here;
    async_std {
        pub(super) use async_std::net::{Shutdown, TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
        pub(super) use async_std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
        pub(super) use async_std::prelude::*;
    }
    smol {
        pub(super) use smol::net::unix::{UnixDatagram, UnixListener, UnixStream};
        pub(super) use smol::net::{self, AsyncToSocketAddrs, Shutdown, TcpListener, TcpStream, UdpSocket};
        pub(super) use smol::prelude::*;
    }
    tokio {
        pub(super) use tokio::io::{AsyncReadExt, AsyncWriteExt};
        pub(super) use tokio::net::{self, TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
        pub(super) use tokio::net::{UnixDatagram, UnixListener, UnixStream};
    }

    "net::TcpListener::bind", "":
    async_std { TcpListener::bind("127.0.0.1:0").await? } [ .local_addr()?.ip() ]
    smol { TcpListener::bind("127.0.0.1:0").await? } [ .local_addr()?.ip() ]
    tokio { TcpListener::bind("127.0.0.1:0").await? } [ .local_addr()?.ip() ]

    "net::TcpListener::accept", "":
    async_std [ let (listener, _client) = listener()?; let listener = TcpListener::from(listener); ]
    { let (stream, peer) = listener.accept().await?; } [ drop(stream); peer.ip() ]
    smol [ let (listener, _client) = listener()?; let listener = TcpListener::try_from(listener)?; ]
    { let (stream, peer) = listener.accept().await?; } [ drop(stream); peer.ip() ]
    tokio [ let (listener, _client) = listener()?; let listener = TcpListener::from_std(listener)?; ]
    { let (stream, peer) = listener.accept().await?; } [ drop(stream); peer.ip() ]

    "net::TcpListener::incoming", "tokio has no stream of connections: loop over `accept`":
    async_std [ let (listener, _client) = listener()?; let listener = TcpListener::from(listener); ]
    { let mut incoming = listener.incoming(); let next = incoming.next().await; } [ next.is_some() ]
    smol [ let (listener, _client) = listener()?; let listener = TcpListener::try_from(listener)?; ]
    { let mut incoming = listener.incoming(); let next = incoming.next().await; } [ next.is_some() ]
    tokio [ let (listener, _client) = listener()?; let listener = TcpListener::from_std(listener)?; ]
    { let next = listener.accept().await; } [ next.is_ok() ]

    "net::TcpListener: From<std::net::TcpListener>", "tokio wants it non-blocking, and a runtime around it":
    async_std [ let listener = Listener::bind("127.0.0.1:0")?; ]
    { let listener = TcpListener::from(listener); } [ listener.local_addr()?.ip() ]
    smol [ let listener = Listener::bind("127.0.0.1:0")?; ]
    { let listener = TcpListener::try_from(listener)?; } [ listener.local_addr()?.ip() ]
    tokio [ let listener = Listener::bind("127.0.0.1:0")?; ]
    { listener.set_nonblocking(true)?; let listener = TcpListener::from_std(listener)?; }
    [ listener.local_addr()?.ip() ]

    "net::TcpStream::connect", "":
    async_std [ let server = Listener::bind("127.0.0.1:0")?; let address = server.local_addr()?; ]
    { TcpStream::connect(address).await? } [ .peer_addr()?.ip() ]
    smol [ let server = Listener::bind("127.0.0.1:0")?; let address = server.local_addr()?; ]
    { TcpStream::connect(address).await? } [ .peer_addr()?.ip() ]
    tokio [ let server = Listener::bind("127.0.0.1:0")?; let address = server.local_addr()?; ]
    { TcpStream::connect(address).await? } [ .peer_addr()?.ip() ]

    "net::TcpStream::clone", "on tokio split it: a dropped writing half ends what the peer reads; several writers share it as an `Arc<Mutex<_>>`":
    async_std [ let (stream, _peer) = connection()?; let stream = TcpStream::from(stream); ]
    { let (mut reader, writer) = (stream.clone(), stream); }
    [ drop(writer); reader.read(&mut [0]).await? ]
    smol [ let (stream, _peer) = connection()?; let stream = TcpStream::try_from(stream)?; ]
    { let (mut reader, writer) = (stream.clone(), stream); }
    [ drop(writer); reader.read(&mut [0]).await? ]
    tokio [ let (stream, _peer) = connection()?; let stream = TcpStream::from_std(stream)?; ]
    { let (mut reader, writer) = stream.into_split(); }
    [ drop(writer); reader.read(&mut [0]).await? ]

    "Read and Write for &TcpStream", "smol: a clone is cheap; tokio: `split` borrows both halves":
    async_std [ let (stream, _peer) = connection()?; let stream = TcpStream::from(stream); ]
    { let (mut reader, mut writer) = (&stream, &stream); writer.write_all(b"b").await?; }
    [ reader.read(&mut [0]).await? ]
    smol [ let (stream, _peer) = connection()?; let stream = TcpStream::try_from(stream)?; ]
    { let (mut reader, mut writer) = (stream.clone(), stream); writer.write_all(b"b").await?; }
    [ reader.read(&mut [0]).await? ]
    tokio [ let (stream, _peer) = connection()?; let mut stream = TcpStream::from_std(stream)?; ]
    { let (mut reader, mut writer) = stream.split(); writer.write_all(b"b").await?; }
    [ reader.read(&mut [0]).await? ]

    "net::TcpStream::peek", "":
    async_std [ let (stream, _peer) = connection()?; let stream = TcpStream::from(stream); ]
    { stream.peek(&mut [0; 8]).await? }
    smol [ let (stream, _peer) = connection()?; let stream = TcpStream::try_from(stream)?; ]
    { stream.peek(&mut [0; 8]).await? }
    tokio [ let (stream, _peer) = connection()?; let stream = TcpStream::from_std(stream)?; ]
    { stream.peek(&mut [0; 8]).await? }

    "net::TcpStream::set_nodelay", "":
    async_std [ let (stream, _peer) = connection()?; let stream = TcpStream::from(stream); ]
    { stream.set_nodelay(true)?; } [ stream.nodelay()? ]
    smol [ let (stream, _peer) = connection()?; let stream = TcpStream::try_from(stream)?; ]
    { stream.set_nodelay(true)?; } [ stream.nodelay()? ]
    tokio [ let (stream, _peer) = connection()?; let stream = TcpStream::from_std(stream)?; ]
    { stream.set_nodelay(true)?; } [ stream.nodelay()? ]

    "net::TcpStream::shutdown", "tokio's is a method of `AsyncWriteExt`, and ends writing":
    async_std [ let (stream, mut peer) = connection()?; let stream = TcpStream::from(stream); ]
    { stream.shutdown(Shutdown::Write)?; } [ io::Read::read(&mut peer, &mut [0])? ]
    smol [ let (stream, mut peer) = connection()?; let stream = TcpStream::try_from(stream)?; ]
    { stream.shutdown(Shutdown::Write)?; } [ io::Read::read(&mut peer, &mut [0])? ]
    tokio [ let (stream, mut peer) = connection()?; let mut stream = TcpStream::from_std(stream)?; ]
    { stream.shutdown().await?; } [ io::Read::read(&mut peer, &mut [0])? ]

    "net::ToSocketAddrs", "all three ask the system's resolver on a thread":
    async_std { let address = "127.0.0.1:80".to_socket_addrs().await?.next(); } [ address ]
    smol { let address = net::resolve("127.0.0.1:80").await?.into_iter().next(); } [ address ]
    tokio { let address = net::lookup_host("127.0.0.1:80").await?.next(); } [ address ]

    "net::ToSocketAddrs as a bound", "smol's has another name":
    async_std { async fn listen(at: impl ToSocketAddrs) -> io::Result<TcpListener> { TcpListener::bind(at).await } }
    [ listen("127.0.0.1:0").await?.local_addr()?.ip() ]
    smol { async fn listen(at: impl AsyncToSocketAddrs) -> io::Result<TcpListener> { TcpListener::bind(at).await } }
    [ listen("127.0.0.1:0").await?.local_addr()?.ip() ]
    tokio { async fn listen(at: impl ToSocketAddrs) -> io::Result<TcpListener> { TcpListener::bind(at).await } }
    [ listen("127.0.0.1:0").await?.local_addr()?.ip() ]

    "net::UdpSocket", "":
    async_std { let socket = UdpSocket::bind("127.0.0.1:0").await?; socket.send_to(b"a", socket.local_addr()?).await? }
    smol { let socket = UdpSocket::bind("127.0.0.1:0").await?; socket.send_to(b"a", socket.local_addr()?).await? }
    tokio { let socket = UdpSocket::bind("127.0.0.1:0").await?; socket.send_to(b"a", socket.local_addr()?).await? }

    "net::{IpAddr, SocketAddr, Shutdown}", "the standard library has them":
    async_std { let address: async_std::net::SocketAddr = ([127, 0, 0, 1], 80).into(); } [ address ]
    smol { let address: std::net::SocketAddr = ([127, 0, 0, 1], 80).into(); } [ address ]
    tokio { let address: std::net::SocketAddr = ([127, 0, 0, 1], 80).into(); } [ address ]

    "os::unix::net::UnixListener", "tokio's `bind` is no future; smol's neither":
    async_std [ let path = here.join("socket"); ]
    { let listener = UnixListener::bind(&path).await?; } [ drop(listener); path.exists() ]
    smol [ let path = here.join("socket"); ]
    { let listener = UnixListener::bind(&path)?; } [ drop(listener); path.exists() ]
    tokio [ let path = here.join("socket"); ]
    { let listener = UnixListener::bind(&path)?; } [ drop(listener); path.exists() ]

    "os::unix::net::UnixStream", "":
    async_std { let (mut one, mut two) = UnixStream::pair()?; one.write_all(b"a").await?; }
    [ two.read(&mut [0; 8]).await? ]
    smol { let (mut one, mut two) = UnixStream::pair()?; one.write_all(b"a").await?; }
    [ two.read(&mut [0; 8]).await? ]
    tokio { let (mut one, mut two) = UnixStream::pair()?; one.write_all(b"a").await?; }
    [ two.read(&mut [0; 8]).await? ]

    "os::unix::net::UnixDatagram", "":
    async_std { let (one, two) = UnixDatagram::pair()?; one.send(b"a").await?; }
    [ two.recv(&mut [0; 8]).await? ]
    smol { let (one, two) = UnixDatagram::pair()?; one.send(b"a").await?; }
    [ two.recv(&mut [0; 8]).await? ]
    tokio { let (one, two) = UnixDatagram::pair()?; one.send(b"a").await?; }
    [ two.recv(&mut [0; 8]).await? ]
}
