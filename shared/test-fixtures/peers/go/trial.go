// Package peertrial is what the peers in Go share: a trial's job, its measurements and its
// reply. docs/src/protocol.md describes both ends.
package peertrial

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

// Memory is the bytes of this process that were resident: before the job, and at the most.
type Memory struct {
	Before int `json:"before"`
	Peak   int `json:"peak"`
}

// Span is a piece of work: what, on which thread or process, and from when to when on Clock.
type Span struct {
	Task  string `json:"task"`
	Lane  string `json:"lane"`
	Start int64  `json:"start"`
	End   int64  `json:"end"`
	Note  string `json:"note,omitempty"`
}

// Trial is one trial: it reads its job from standard input, and replies on standard output.
type Trial struct {
	// WantsSpans says whether the parent asks for pieces of work.
	WantsSpans bool

	nanos   int64
	started int64
	memory  Memory

	mu    sync.Mutex
	items [][3]int64
	spans []Span
}

// Main runs a peer: what it returns ends the process with exit code 1 and a line. Asked for
// its version, it prints that of the Go it was built with.
func Main(run func() error) {
	if len(os.Args) == 2 && os.Args[1] == "--version" {
		fmt.Println("go", strings.TrimPrefix(runtime.Version(), "go"))
		return
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Read returns a trial, and reads its job into the value that job points to.
func Read(job any) (*Trial, error) {
	if err := json.NewDecoder(os.Stdin).Decode(job); err != nil {
		return nil, fmt.Errorf("the job: %w", err)
	}
	_, wantsSpans := os.LookupEnv("INTERLEAVE_SPANS")
	return &Trial{WantsSpans: wantsSpans}, nil
}

// Run does the work, the one part that is measured.
func (t *Trial) Run(work func() error) error {
	// From here on, the most memory is the job's and not that of the start.
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200); err != nil {
		return err
	}
	before, err := Resident("VmRSS:")
	if err != nil {
		return err
	}
	t.started = Clock()
	if err := work(); err != nil {
		return err
	}
	t.nanos = Clock() - t.started
	peak, err := Resident("VmHWM:")
	t.memory = Memory{Before: before, Peak: peak}
	return err
}

// Span notes a piece of work, where the parent asks for them.
func (t *Trial) Span(span Span) {
	if t.WantsSpans {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.spans = append(t.spans, span)
	}
}

// Reply writes the output and the measurements.
func (t *Trial) Reply(output any) error {
	reply := map[string]any{
		"nanos": t.nanos, "started": t.started, "output": output, "memory": t.memory,
	}
	if t.spans != nil {
		reply["spans"] = t.spans
	}
	if t.items != nil {
		reply["items"] = t.items
	}
	return json.NewEncoder(os.Stdout).Encode(reply)
}

// Pace is when the items of a job are due: at a rate, or all at once.
type Pace struct {
	trial *Trial
	rate  int64
	start int64

	mu    sync.Mutex
	begun int64
}

// Pace begins now. At a rate of zero all items are due at once.
func (t *Trial) Pace(rate int64) *Pace {
	return &Pace{trial: t, rate: rate, start: Clock()}
}

// Item waits until the next item is due. It has ended when what is returned is called.
func (p *Pace) Item() (end func()) {
	due := p.start
	if p.rate > 0 {
		p.mu.Lock()
		due += p.begun * int64(time.Second) / p.rate
		p.begun++
		p.mu.Unlock()
		for wait := due - Clock(); wait > 0; wait = due - Clock() {
			time.Sleep(time.Duration(wait))
		}
	}
	if !p.trial.WantsSpans {
		return func() {}
	}
	begin := Clock()
	return func() {
		p.trial.mu.Lock()
		defer p.trial.mu.Unlock()
		p.trial.items = append(p.trial.items, [3]int64{due, begin, Clock()})
	}
}

// Clock is the system's monotonic clock, in nanoseconds: the time package keeps it to itself.
func Clock() int64 {
	const monotonic = 1
	var now syscall.Timespec
	_, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, monotonic,
		uintptr(unsafe.Pointer(&now)), 0)
	if errno != 0 {
		panic(errno)
	}
	return now.Nano()
}

// Block blocks a thread. time.Sleep would block just the goroutine.
func Block(duration time.Duration) {
	left := syscall.NsecToTimespec(duration.Nanoseconds())
	// The runtime interrupts threads by signals, to take their goroutines from them.
	for syscall.Nanosleep(&left, &left) == syscall.EINTR {
	}
}

// Resident returns the bytes of this process that are in memory: now, or at the most.
func Resident(field string) (int, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for _, line := range bytes.Split(status, []byte("\n")) {
		if value, found := bytes.CutPrefix(line, []byte(field)); found {
			kilobytes, err := strconv.Atoi(string(bytes.Fields(value)[0]))
			return kilobytes * 1024, err
		}
	}
	return 0, fmt.Errorf("/proc/self/status has no %s", field)
}
