// net/http: a goroutine for each connection.
//
// The listener of the server is one that accepts while there is a place, as
// golang.org/x/net/netutil has it. Its connections give their place back when they are closed.
//
// http.Server.Shutdown closes each connection that is idle, also one on which a request has
// arrived that is not read yet. So the stop ends the reading side of each connection instead:
// what has arrived is read, and then its end.
package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"peertrial"
)

// What a server finds listening when it is started by systemd, or by a trial.
const listening = 3

// The most bytes of a request's head, to which net/http adds 4096.
const mostHead = 12 << 10

type job struct {
	WaitMS      float64 `json:"wait_ms"`
	ComputeMS   float64 `json:"compute_ms"`
	Connections int     `json:"connections"`
	Workers     int     `json:"workers"`
	GraceMS     int     `json:"grace_ms"`
}

type output struct {
	Cut int `json:"cut"`
}

// limited is a listener of which at most as many connections are open as there are places.
type limited struct {
	net.Listener
	places chan struct{}
	closed chan struct{}

	mu   sync.Mutex
	open map[*placed]struct{}
}

func (l *limited) Accept() (net.Conn, error) {
	select {
	case l.places <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	conn, err := l.Listener.Accept()
	if err != nil {
		<-l.places
		return nil, err
	}
	c := &placed{TCPConn: conn.(*net.TCPConn), listener: l}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open[c] = struct{}{}
	return c, nil
}

// closeRead ends the reading side of all connections.
func (l *limited) closeRead() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.open {
		// It fails where the client has ended the connection.
		_ = c.CloseRead()
	}
}

// placed is a connection that gives its place back when it is closed.
type placed struct {
	*net.TCPConn
	listener *limited
	once     sync.Once
}

func (c *placed) Close() error {
	defer c.once.Do(func() {
		c.listener.mu.Lock()
		delete(c.listener.open, c)
		c.listener.mu.Unlock()
		<-c.listener.places
	})
	return c.TCPConn.Close()
}

// serve answers what comes to listener with handler, on at most connections at once. Once stop
// is done, it accepts no more, and answers each request that was sent before. It returns how
// many connections it had to cut after grace.
func serve(connections int, grace time.Duration, listener net.Listener, stop context.Context,
	handler http.Handler) (int, error) {
	l := &limited{
		Listener: listener,
		places:   make(chan struct{}, connections),
		closed:   make(chan struct{}),
		open:     make(map[*placed]struct{}),
	}
	server := &http.Server{Handler: handler, MaxHeaderBytes: mostHead}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	select {
	case err := <-served:
		return 0, err
	case <-stop.Done():
	}
	close(l.closed)
	if err := listener.Close(); err != nil {
		return 0, err
	}
	<-served
	l.closeRead()
	over := time.After(grace)
	for ended := 0; ended < connections; ended++ {
		select {
		case l.places <- struct{}{}:
		case <-over:
			return connections - ended, server.Close()
		}
	}
	return 0, nil
}

// work is the handler: what it does before its answer, and the answer.
type work struct {
	wait, compute time.Duration
}

func (w work) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	path := request.URL.EscapedPath()
	if path == "/pid" {
		fmt.Fprint(response, os.Getpid())
		return
	}
	wait, computes := w.wait, w.compute
	switch path {
	case "/slow":
		wait = 3 * time.Second
	case "/busy":
		computes = 20 * time.Millisecond
	}
	time.Sleep(wait)
	if strings.HasPrefix(path, "/panic/") {
		panic("asked to panic")
	}
	compute(computes)
	fmt.Fprintf(response, "%016x", digest(path))
}

// compute computes until this thread has had a core for so long.
func compute(duration time.Duration) {
	if duration == 0 {
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for end := used() + duration; used() < end; {
	}
}

// used returns how long this thread has had a core.
func used() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_THREAD, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// digest takes a step of splitmix64 for each byte.
func digest(path string) uint64 {
	var x uint64
	for i := 0; i < len(path); i++ {
		x = (x ^ uint64(path[i])) + 0x9e3779b97f4a7c15
		x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
		x = (x ^ x>>27) * 0x94d049bb133111eb
		x ^= x >> 31
	}
	return x
}

// terminated is done at the first SIGTERM; the second ends the process.
func terminated() context.Context {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM)
	stop, cancel := context.WithCancel(context.Background())
	go func() {
		<-signals
		cancel()
		<-signals
		os.Exit(128 + int(syscall.SIGTERM))
	}()
	return stop
}

func run() error {
	var job job
	trial, err := peertrial.Read(&job)
	if err != nil {
		return err
	}
	inherited := os.NewFile(listening, "listener")
	listener, err := net.FileListener(inherited)
	if err != nil {
		return fmt.Errorf("descriptor %d is not a socket that listens: %w", listening, err)
	}
	// The listener has a copy. Left open, this one is closed with some later collection.
	if err := inherited.Close(); err != nil {
		return err
	}
	runtime.GOMAXPROCS(job.Workers)
	milliseconds := func(ms float64) time.Duration {
		return time.Duration(ms * float64(time.Millisecond))
	}
	handler := work{wait: milliseconds(job.WaitMS), compute: milliseconds(job.ComputeMS)}
	var out output
	err = trial.Run(func() error {
		grace := time.Duration(job.GraceMS) * time.Millisecond
		out.Cut, err = serve(job.Connections, grace, listener, terminated(), handler)
		return err
	})
	if err != nil {
		return err
	}
	return trial.Reply(out)
}

func main() {
	peertrial.Main(run)
}
