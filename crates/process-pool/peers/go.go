// os/exec: a goroutine for each worker process, which is this program once more. A task and its
// answer are a frame each, on the worker's standard input and output.
//
// Go has no pool of processes in its standard library, since goroutines share all cores.
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"peertrial"
)

const (
	// How often a task may be begun.
	attempts = 2
	// After so many workers lost in a row, no other is started in their place.
	mostLosses = 32
	// The most bytes of a frame.
	longest = 16 << 20
	magic   = 0x60706f6f
	ballast = 8 << 20
)

// The word that makes this program a worker.
const workerWord = "worker"

var (
	errTimedOut = errors.New("the task took too long")
	errLost     = errors.New("the worker is lost")
)

// The main goroutine stays on the main thread, which lives as long as the process: the kernel
// kills what it has started when that is gone.
func init() { runtime.LockOSThread() }

// answer is what came of a task.
type answer struct {
	frame   []byte
	attempt int
	pid     int
	err     error
}

// mapTasks has so many tasks done by workers processes, and returns their answers in order. A
// task that takes longer than timeout is given up, with its worker. One whose worker is lost is
// begun once more, by another.
//
// It must be called on the main goroutine.
func mapTasks(workers int, timeout time.Duration, tasks int,
	task func(index, attempt int) []byte) ([]answer, error) {
	p := &pool{
		timeout: timeout,
		task:    task,
		answers: make([]answer, tasks),
		starts:  make(chan start),
	}
	for index := range p.answers {
		p.answers[index].err = errLost
	}
	places := min(workers, tasks)
	ended := make(chan error, places)
	for range places {
		go func() { ended <- p.place() }()
	}
	var failed error
	for places > 0 {
		select {
		case start := <-p.starts:
			start.done <- start.command.Start()
		case err := <-ended:
			failed = errors.Join(failed, err)
			places--
		}
	}
	return p.answers, failed
}

// pool is what the places share.
type pool struct {
	timeout time.Duration
	task    func(index, attempt int) []byte
	next    atomic.Int64
	answers []answer
	starts  chan start
}

// start is a command that the main goroutine is to start.
type start struct {
	command *exec.Cmd
	done    chan<- error
}

// place has the tasks done that are next, by one worker after the other.
func (p *pool) place() error {
	var w *worker
	defer func() {
		if w != nil {
			w.end()
		}
	}()
	for losses := 0; losses < mostLosses; {
		index := int(p.next.Add(1)) - 1
		if index >= len(p.answers) {
			return nil
		}
		answer := &p.answers[index]
		for attempt := 1; attempt <= attempts; attempt++ {
			if w == nil {
				var err error
				if w, err = p.newWorker(); err != nil {
					return err
				}
			}
			answer.attempt, answer.pid = attempt, w.command.Process.Pid
			answer.frame, answer.err = w.ask(p.task(index, attempt), p.timeout)
			if answer.err == nil {
				losses = 0
				break
			}
			w.kill()
			w = nil
			if answer.err == errTimedOut {
				break
			}
			losses++
		}
	}
	return nil
}

// worker is a worker process.
type worker struct {
	command *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
}

func (p *pool) newWorker() (*worker, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	command := exec.Command(program, workerWord)
	// A worker is a core's.
	command.Env = append(os.Environ(), "GOMAXPROCS=1")
	command.Stderr = os.Stderr
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	in, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	done := make(chan error)
	p.starts <- start{command, done}
	if err := <-done; err != nil {
		return nil, fmt.Errorf("a worker: %w", err)
	}
	return &worker{command, in, bufio.NewReader(out)}, nil
}

// ask has a task done. With an error the worker is of no more use.
func (w *worker) ask(task []byte, timeout time.Duration) ([]byte, error) {
	late := time.AfterFunc(timeout, func() {
		// What has ended already is waited for by kill.
		_ = w.command.Process.Kill()
	})
	_, err := w.in.Write(frame(task))
	var answer []byte
	if err == nil {
		answer, err = readFrame(w.out)
	}
	switch {
	case !late.Stop():
		return nil, errTimedOut
	case err != nil:
		return nil, fmt.Errorf("%w: %w", errLost, err)
	}
	return answer, nil
}

// end has the worker end, and waits for it: it ends when nothing more can come.
func (w *worker) end() {
	// It answered all, so how it ends says nothing.
	_ = w.in.Close()
	_ = w.command.Wait()
}

func (w *worker) kill() {
	// It may have ended before.
	_ = w.command.Process.Kill()
	_ = w.command.Wait()
}

// frame is a payload behind its head: who speaks, and how long it is.
func frame(payload []byte) []byte {
	frame := make([]byte, 0, 8+len(payload))
	frame = binary.LittleEndian.AppendUint32(frame, magic)
	frame = binary.LittleEndian.AppendUint32(frame, uint32(len(payload)))
	return append(frame, payload...)
}

func readFrame(from io.Reader) ([]byte, error) {
	var head [8]byte
	if _, err := io.ReadFull(from, head[:]); err != nil {
		return nil, err
	}
	if binary.LittleEndian.Uint32(head[:]) != magic {
		return nil, errors.New("it is no frame")
	}
	length := binary.LittleEndian.Uint32(head[4:])
	if length > longest {
		return nil, fmt.Errorf("a frame of %d bytes, where %d are the most", length, longest)
	}
	payload := make([]byte, length)
	_, err := io.ReadFull(from, payload)
	return payload, err
}

type job struct {
	Below     uint64 `json:"below"`
	Ranges    int    `json:"ranges"`
	Workers   int    `json:"workers"`
	TimeoutMS int    `json:"timeout_ms"`
	Noop      bool   `json:"noop"`
	WaitUS    uint64 `json:"wait_us"`
	Faults    []struct {
		Task   *int   `json:"task"`
		Kind   string `json:"kind"`
		Always bool   `json:"always"`
	} `json:"faults"`
}

type count struct {
	From    uint64 `json:"from"`
	Until   uint64 `json:"until"`
	Primes  uint64 `json:"primes"`
	Attempt int    `json:"attempt"`
	PID     int    `json:"pid"`
	Ballast int    `json:"ballast,omitempty"`
}

type output struct {
	Outcomes []peertrial.Outcome `json:"outcomes"`
}

// boundary is where range index begins. All ranges together leave nothing out.
func (j job) boundary(index int) uint64 {
	ranges, i := uint64(j.Ranges), uint64(index)
	return j.Below/ranges*i + j.Below%ranges*i/ranges
}

func (j job) fault(index, attempt int) string {
	kind := ""
	for _, fault := range j.Faults {
		if fault.Task == nil || *fault.Task == index {
			kind = ""
			if attempt == 1 || fault.Always {
				kind = fault.Kind
			}
		}
	}
	return kind
}

// task is what a worker has to do.
type task struct {
	From, Until, WaitUS uint64
	Noop                bool
	Fault               [16]byte
}

// result is what it answers: behind it comes the ballast, or what a panic said.
type result struct {
	Primes     uint64
	Start, End int64
	Panicked   bool
}

// encoded is a task as a frame's payload.
func (j job) encoded(index, attempt int) []byte {
	fault := j.fault(index, attempt)
	task := task{
		From:   j.boundary(index),
		Until:  j.boundary(index + 1),
		WaitUS: j.WaitUS,
		Noop:   j.Noop,
	}
	copy(task.Fault[:], fault)
	payload := encode(task)
	if fault == "big" {
		payload = append(payload, load()...)
	}
	return payload
}

// encode encodes a value of a fixed size.
func encode(value any) []byte {
	var payload bytes.Buffer
	if err := binary.Write(&payload, binary.LittleEndian, value); err != nil {
		panic(err)
	}
	return payload.Bytes()
}

// decode decodes a value, and returns what stands behind it.
func decode(payload []byte, value any) ([]byte, error) {
	reader := bytes.NewReader(payload)
	err := binary.Read(reader, binary.LittleEndian, value)
	return payload[len(payload)-reader.Len():], err
}

// load is the ballast of the fault "big".
var load = sync.OnceValue(func() []byte {
	load := make([]byte, ballast)
	for i := range load {
		load[i] = byte(i % 251)
	}
	return load
})

// work is a worker: it does what it reads, until nothing more can come.
func work() error {
	in := bufio.NewReader(os.Stdin)
	for {
		payload, err := readFrame(in)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		var task task
		behind, err := decode(payload, &task)
		if err != nil {
			return err
		}
		start := peertrial.Clock()
		primes, panicked := task.do()
		answer := encode(result{primes, start, peertrial.Clock(), panicked != nil})
		if panicked != nil {
			behind = fmt.Append(nil, panicked)
		}
		if _, err := os.Stdout.Write(task.answer(append(answer, behind...))); err != nil {
			return err
		}
	}
}

// answer is the frame of an answer, if nothing is to go wrong with it.
func (t task) answer(payload []byte) []byte {
	answer := frame(payload)
	switch t.fault() {
	case "corrupt-magic":
		answer[0]++
	case "huge-length":
		binary.LittleEndian.PutUint32(answer[4:], 0xffffffff)
	case "short-frame":
		// There is nobody who could be told.
		_, _ = os.Stdout.Write(answer[:len(answer)/2])
		os.Exit(0)
	}
	return answer
}

func (t task) fault() string {
	return strings.TrimRight(string(t.Fault[:]), "\x00")
}

func (t task) do() (primes uint64, panicked any) {
	defer func() { panicked = recover() }()
	time.Sleep(time.Duration(t.WaitUS) * time.Microsecond)
	if fault := t.fault(); fault != "" {
		goWrong(fault)
	}
	if t.Noop {
		return 0, nil
	}
	for number := t.From; number < t.Until; number++ {
		if isPrime(number) {
			primes++
		}
	}
	return primes, nil
}

func isPrime(number uint64) bool {
	if number < 4 {
		return number >= 2
	}
	if number%2 == 0 {
		return false
	}
	for divisor := uint64(3); divisor*divisor <= number; divisor += 2 {
		if number%divisor == 0 {
			return false
		}
	}
	return true
}

func goWrong(fault string) {
	switch fault {
	case "kill":
		end(syscall.SIGKILL)
	case "stop":
		end(syscall.SIGSTOP)
	case "abort":
		end(syscall.SIGABRT)
	case "exit":
		os.Exit(0)
	case "panic":
		panic("asked to panic")
	case "flood-stderr":
		line := append(bytes.Repeat([]byte("."), 1023), '\n')
		for range 4096 {
			// Whether anyone reads it is not this task's affair.
			_, _ = os.Stderr.Write(line)
		}
	}
}

// end sends this process a signal, after which it does nothing more.
func end(signal syscall.Signal) {
	// Nothing can refuse a process a signal to itself.
	_ = syscall.Kill(os.Getpid(), signal)
	for {
		time.Sleep(time.Hour)
	}
}

// outcome is what became of a task. Its work is a span.
func (j job) outcome(trial *peertrial.Trial, index int, answer answer) (peertrial.Outcome, error) {
	switch {
	case answer.err == errTimedOut:
		return peertrial.TimedOut, nil
	case answer.err != nil:
		return peertrial.WorkerLost, nil
	}
	var result result
	behind, err := decode(answer.frame, &result)
	if err != nil {
		return nil, err
	}
	from, until := j.boundary(index), j.boundary(index+1)
	span := peertrial.Span{
		Task:  fmt.Sprintf("%d..%d", from, until),
		Lane:  fmt.Sprintf("worker %d", answer.pid),
		Start: result.Start,
		End:   result.End,
	}
	if result.Panicked {
		span.Note = "panicked"
		trial.Span(span)
		return peertrial.Panicked(string(behind)), nil
	}
	trial.Span(span)
	count := count{
		From: from, Until: until, Primes: result.Primes, Attempt: answer.attempt, PID: answer.pid,
	}
	if len(behind) > 0 && bytes.Equal(behind, load()) {
		count.Ballast = len(behind)
	}
	return peertrial.Ok(count), nil
}

func run() error {
	if len(os.Args) > 1 && os.Args[1] == workerWord {
		return work()
	}
	var job job
	trial, err := peertrial.Read(&job)
	if err != nil {
		return err
	}
	var answers []answer
	err = trial.Run(func() error {
		timeout := time.Duration(job.TimeoutMS) * time.Millisecond
		answers, err = mapTasks(job.Workers, timeout, job.Ranges, job.encoded)
		return err
	})
	if err != nil {
		return err
	}
	out := output{Outcomes: []peertrial.Outcome{}}
	for index, answer := range answers {
		outcome, err := job.outcome(trial, index, answer)
		if err != nil {
			return err
		}
		out.Outcomes = append(out.Outcomes, outcome)
	}
	return trial.Reply(out)
}

func main() {
	peertrial.Main(run)
}
