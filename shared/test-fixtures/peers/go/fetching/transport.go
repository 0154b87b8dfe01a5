package fetching

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"syscall"
)

// The most bytes of an answer's head. Its default is 10 MiB.
const mostHead = 64 << 10

// Transport is a client's connections. Nothing of it follows a redirect or takes a body out of
// its compression, and it speaks HTTP/1.1.
type Transport struct {
	*http.Transport
}

// NewTransport keeps so many connections. It trusts the certificates in cacert beside the
// system's.
func NewTransport(connections int, cacert string) (*Transport, error) {
	// A configuration of its own also keeps it to HTTP/1.1.
	config := &tls.Config{}
	if cacert != "" {
		roots, err := x509.SystemCertPool()
		if err != nil {
			return nil, err
		}
		if !roots.AppendCertsFromPEM([]byte(cacert)) {
			return nil, errors.New("there is no certificate in cacert")
		}
		config.RootCAs = roots
	}
	return &Transport{&http.Transport{
		DialContext:            dial,
		TLSClientConfig:        config,
		MaxIdleConnsPerHost:    connections,
		MaxResponseHeaderBytes: mostHead,
		DisableCompression:     true,
	}}, nil
}

// RoundTrip makes sure that what comes on a kept connection is the answer to this request.
//
// net/http closes a connection on which something comes that nobody has asked for. It looks
// for that behind each answer, but by then the next request may have the connection, and gets
// the rest of the one before (Go 1.27, net/http/transport.go, readLoopPeekFailLocked).
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx := httptrace.WithClientTrace(request.Context(), &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			if info.Reused {
				awaitSilence(info.Conn)
			}
		},
	})
	return t.Transport.RoundTrip(request.WithContext(ctx))
}

// conn is a connection that knows whether it is being read.
type conn struct {
	*net.TCPConn

	mu      sync.Mutex
	changed *sync.Cond
	reading bool
	closed  bool
}

func dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialed, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c := &conn{TCPConn: dialed.(*net.TCPConn)}
	c.changed = sync.NewCond(&c.mu)
	return c, nil
}

func (c *conn) Read(part []byte) (int, error) {
	c.set(&c.reading, true)
	defer c.set(&c.reading, false)
	return c.TCPConn.Read(part)
}

func (c *conn) Close() error {
	defer c.set(&c.closed, true)
	return c.TCPConn.Close()
}

func (c *conn) set(state *bool, value bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	*state = value
	c.changed.Broadcast()
}

// awaitSilence waits until a connection is read and nothing is there, so that all before it
// has been read, or until it is closed.
func awaitSilence(connection net.Conn) {
	if over, isTLS := connection.(*tls.Conn); isTLS {
		connection = over.NetConn()
	}
	c := connection.(*conn)
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.closed && !(c.reading && c.isEmpty()) {
		c.changed.Wait()
	}
}

// isEmpty says whether the system has nothing for the reader, not even an end.
func (c *conn) isEmpty() bool {
	isEmpty := true
	raw, err := c.SyscallConn()
	if err != nil {
		return true
	}
	// It fails where the connection is closed, which the transport sees as well.
	_ = raw.Control(func(descriptor uintptr) {
		const look = syscall.MSG_PEEK | syscall.MSG_DONTWAIT
		_, _, err := syscall.Recvfrom(int(descriptor), make([]byte, 1), look)
		isEmpty = err == syscall.EAGAIN
	})
	return isEmpty
}
