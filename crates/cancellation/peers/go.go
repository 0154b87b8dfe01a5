// A context with a deadline, and a goroutine for each task: each looks at the context where it
// waits, and is waited for.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"peertrial"
	"peertrial/fetching"
)

type job struct {
	Work       string   `json:"work"`
	Tasks      int      `json:"tasks"`
	LengthUS   int64    `json:"length_us"`
	DeadlineUS int64    `json:"deadline_us"`
	Pieces     int      `json:"pieces"`
	Workers    int      `json:"workers"`
	URLs       []string `json:"urls"`
	Journal    string   `json:"journal"`
	Panic      bool     `json:"panic"`
}

type ended struct {
	Outcome peertrial.Outcome `json:"outcome"`
	Phase   string            `json:"phase"`
	AtUS    int64             `json:"at_us"`
}

type output struct {
	StartedNS int64            `json:"started_ns"`
	SpawnedUS int64            `json:"spawned_us"`
	EndedUS   int64            `json:"ended_us"`
	Memory    peertrial.Memory `json:"memory"`
	Tasks     []ended          `json:"tasks"`
}

// result is what work returned for a task.
type result[R any] struct {
	value R
	err   error
}

// until starts so many tasks at once, and calls started when it has. At the deadline their
// context is done. It returns when all have ended, with what came of each: a panic of the work
// is one task's error.
func until[R any](deadline time.Duration, tasks int,
	work func(ctx context.Context, task int) (R, error), started func()) []result[R] {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	results := make([]result[R], tasks)
	var group sync.WaitGroup
	group.Add(tasks)
	for task := range tasks {
		go func() {
			defer group.Done()
			defer func() {
				if value := recover(); value != nil {
					results[task].err = &peertrial.PanicError{Value: value}
				}
			}()
			results[task].value, results[task].err = work(ctx, task)
		}()
	}
	started()
	group.Wait()
	return results
}

// How far a task has come.
const (
	queued = iota
	connecting
	readingHead
	readingBody
	working
)

var phases = [...]string{"queued", "connecting", "reading_head", "reading_body", "working"}

// task is what is noted of one. The client enters a phase on a goroutine of its own.
type task struct {
	phase atomic.Int32
	begun int64
	ended int64
}

// tasks are the tasks of a job.
type tasks struct {
	job     job
	all     []task
	length  time.Duration
	journal *os.File
	// As many blocking calls as may be under way at once.
	permits   chan struct{}
	transport *fetching.Transport
}

func newTasks(job job, journal *os.File, transport *fetching.Transport) *tasks {
	return &tasks{
		job:       job,
		all:       make([]task, job.Tasks),
		length:    time.Duration(job.LengthUS) * time.Microsecond,
		journal:   journal,
		permits:   make(chan struct{}, job.Workers),
		transport: transport,
	}
}

// work does a task, until it is done or its context is.
func (t *tasks) work(ctx context.Context, index int) (*fetching.Page, error) {
	defer func() { t.all[index].ended = peertrial.Clock() }()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	switch t.job.Work {
	case "sleep":
		return nil, t.sleep(ctx, index)
	case "cpu":
		return nil, t.compute(ctx, index)
	case "blocking":
		return nil, t.block(ctx, index)
	case "process":
		return nil, t.runProcess(ctx, index)
	default:
		return t.fetch(ctx, index)
	}
}

func (t *tasks) begin(index int, phase int32) {
	task := &t.all[index]
	task.phase.Store(phase)
	task.begun = peertrial.Clock()
	if t.job.Panic && index == 0 {
		panic("task 0 was asked to panic")
	}
}

// note notes in the journal, in one write, what a task has done.
func (t *tasks) note(index, process int) error {
	_, err := fmt.Fprintf(t.journal, "%d %d %d\n", index, process, peertrial.Clock())
	return err
}

func (t *tasks) sleep(ctx context.Context, index int) error {
	t.begin(index, working)
	timer := time.NewTimer(t.length)
	defer timer.Stop()
	select {
	case <-timer.C:
		return t.note(index, os.Getpid())
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *tasks) compute(ctx context.Context, index int) error {
	t.begin(index, working)
	return t.inPieces(ctx, index, func(piece time.Duration) {
		for start := time.Now(); time.Since(start) < piece; {
		}
	})
}

// block blocks a thread. Nothing ends such a call, and each that waits takes a thread.
func (t *tasks) block(ctx context.Context, index int) error {
	select {
	case t.permits <- struct{}{}:
		defer func() { <-t.permits }()
	case <-ctx.Done():
		return ctx.Err()
	}
	// Of two that are ready, select takes any.
	if ctx.Err() != nil {
		return ctx.Err()
	}
	t.begin(index, working)
	return t.inPieces(ctx, index, peertrial.Block)
}

// inPieces does a task's pieces, and looks between two whether to stop.
func (t *tasks) inPieces(ctx context.Context, index int, do func(time.Duration)) error {
	for piece := range t.job.Pieces {
		if piece > 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		do(t.length / time.Duration(t.job.Pieces))
		if err := t.note(index, os.Getpid()); err != nil {
			return err
		}
	}
	return nil
}

// runProcess waits for a process, which os/exec kills when the context is done. It stays in
// the group of this one, which is ended as a whole.
func (t *tasks) runProcess(ctx context.Context, index int) error {
	t.begin(index, working)
	seconds := strconv.FormatFloat(t.length.Seconds(), 'f', -1, 64)
	process := exec.CommandContext(ctx, "sleep", seconds)
	if err := process.Start(); err != nil {
		return err
	}
	noted := t.note(index, process.Process.Pid)
	err := process.Wait()
	if err != nil && ctx.Err() != nil {
		// Of one that was killed, Wait says no more than that.
		err = ctx.Err()
	}
	return errors.Join(err, noted)
}

func (t *tasks) fetch(ctx context.Context, index int) (*fetching.Page, error) {
	enter := t.all[index].phase.Store
	t.begin(index, connecting)
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		// Before they are flushed: the server has not seen them earlier.
		WroteHeaders: func() { enter(readingHead) },
	})
	page, err := fetching.Fetch(ctx, entering{t.transport, enter}, t.job.URLs[index])
	if err != nil {
		return nil, err
	}
	return &page, nil
}

// entering enters the last phase when it returns a head.
type entering struct {
	*fetching.Transport
	enter func(phase int32)
}

func (e entering) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := e.Transport.RoundTrip(request)
	if err == nil {
		e.enter(readingBody)
	}
	return response, err
}

// outcome is what became of a task. What its context ended was cancelled.
func outcome(result result[*fetching.Page]) peertrial.Outcome {
	if errors.Is(result.err, context.DeadlineExceeded) {
		return peertrial.Cancelled
	}
	return fetching.Outcome(result.value, result.err)
}

func doAll(job job) (output, *tasks, error) {
	journal, err := os.OpenFile(job.Journal, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return output{}, nil, err
	}
	defer journal.Close()
	transport, err := fetching.NewTransport(0, "")
	if err != nil {
		return output{}, nil, err
	}
	// At the end no connection is left.
	transport.DisableKeepAlives = true
	tasks := newTasks(job, journal, transport)
	before, err := peertrial.Resident("VmRSS:")
	if err != nil {
		return output{}, nil, err
	}
	out := output{StartedNS: peertrial.Clock(), Tasks: make([]ended, 0, job.Tasks)}
	since := func(nanos int64) int64 { return (nanos - out.StartedNS) / 1000 }
	deadline := time.Duration(job.DeadlineUS) * time.Microsecond
	results := until(deadline, job.Tasks, tasks.work, func() {
		out.SpawnedUS = since(peertrial.Clock())
	})
	out.EndedUS = since(peertrial.Clock())
	peak, err := peertrial.Resident("VmHWM:")
	out.Memory = peertrial.Memory{Before: before, Peak: peak}
	for index, result := range results {
		task := &tasks.all[index]
		out.Tasks = append(out.Tasks, ended{
			Outcome: outcome(result),
			Phase:   phases[task.phase.Load()],
			AtUS:    since(task.ended),
		})
	}
	return out, tasks, err
}

// report reports when each task was under way.
func (t *tasks) report(trial *peertrial.Trial, out output) {
	for index := range t.all {
		task := &t.all[index]
		if task.phase.Load() == queued {
			continue
		}
		note := "stopped"
		if _, isWhole := out.Tasks[index].Outcome.(map[string]any); isWhole {
			note = ""
		}
		trial.Span(peertrial.Span{
			Task:  strconv.Itoa(index),
			Lane:  fmt.Sprintf("task %d", index),
			Start: task.begun,
			End:   task.ended,
			Note:  note,
		})
	}
}

func run() error {
	var job job
	trial, err := peertrial.Read(&job)
	if err != nil {
		return err
	}
	runtime.GOMAXPROCS(job.Workers)
	var out output
	var tasks *tasks
	err = trial.Run(func() error {
		out, tasks, err = doAll(job)
		return err
	})
	if err != nil {
		return err
	}
	if trial.WantsSpans {
		tasks.report(trial, out)
	}
	return trial.Reply(out)
}

func main() {
	peertrial.Main(run)
}
