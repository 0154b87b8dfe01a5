// Goroutines between channels: a chain of steps for each item, or stages with bounded queues.
//
// golang.org/x/sync's errgroup.WithContext would keep the group and its first error; here that
// is a sync.WaitGroup and the cause of a context.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"sync"
	"time"

	"peertrial"
	"peertrial/fetching"
	"peertrial/saving"
)

type job struct {
	URLs      []string      `json:"urls"`
	Names     []saving.Name `json:"names"`
	Saving    saving.Saving `json:"saving"`
	Shape     string        `json:"shape"`
	Workers   int           `json:"workers"`
	Threads   int           `json:"threads"`
	Queue     int           `json:"queue"`
	Take      *int          `json:"take"`
	MostBytes int64         `json:"most_bytes"`
	CACert    string        `json:"cacert"`
	TimeoutMS int           `json:"timeout_ms"`
	ProcessMS float64       `json:"process_ms"`
	SaveMS    float64       `json:"save_ms"`
	Faults    []struct {
		Stage string `json:"stage"`
		Item  int    `json:"item"`
		Kind  string `json:"kind"`
	} `json:"faults"`
}

type passage struct {
	Item    int    `json:"item"`
	Stage   string `json:"stage"`
	Entered int64  `json:"entered"`
	Left    int64  `json:"left"`
	Whole   bool   `json:"whole"`
}

type output struct {
	Outcomes []peertrial.Outcome `json:"outcomes"`
	Passages []passage           `json:"passages"`
}

// step is what is done to an item in one stage. It ends early once ctx is done.
type step[T, U any] func(ctx context.Context, item T) (U, error)

// end is what came of an item so far: a value, or its step's error.
type end[T any] struct {
	index int
	value T
	err   error
}

// chained does three steps to every item, one after the other; as many items at once as there
// are workers. It hands what came of each, with its place in the input, to each in the order
// in which they end, until that returns false: nothing is at work any more when it returns. A
// panic of a step stops all of it, and is the error.
func chained[I, A, B, C any](workers int, items []I, fetch step[I, A], process step[A, B],
	save step[B, C], each func(int, C, error) bool) error {
	chain := func(ctx context.Context, item I) (saved C, err error) {
		fetched, err := fetch(ctx, item)
		if err != nil {
			return saved, err
		}
		processed, err := process(ctx, fetched)
		if err != nil {
			return saved, err
		}
		return save(ctx, processed)
	}
	line := newLine()
	defer line.close()
	queued := source(line, items)
	ended := stage(line, 0, workers, queued, chain)
	return drain(line, ended, each)
}

// staged is the same, with a stage for each step: workers of its own, and a queue before the
// next that has so much room. A full queue holds up the stage before it.
func staged[I, A, B, C any](queue, workers int, items []I, fetch step[I, A],
	process step[A, B], save step[B, C], each func(int, C, error) bool) error {
	line := newLine()
	defer line.close()
	queued := source(line, items)
	fetched := stage(line, queue, workers, queued, fetch)
	processed := stage(line, queue, workers, fetched, process)
	saved := stage(line, 0, workers, processed, save)
	return drain(line, saved, each)
}

// line is what all stages share: the goroutines, and what stops them.
type line struct {
	ctx   context.Context
	stop  context.CancelCauseFunc
	group sync.WaitGroup
}

func newLine() *line {
	ctx, stop := context.WithCancelCause(context.Background())
	return &line{ctx: ctx, stop: stop}
}

// close stops what is at work, and waits for it.
func (l *line) close() {
	l.stop(nil)
	l.group.Wait()
}

// source gives out the items as the first stage takes them.
func source[T any](line *line, items []T) <-chan end[T] {
	out := make(chan end[T])
	line.group.Add(1)
	go func() {
		defer line.group.Done()
		defer close(out)
		for index, item := range items {
			select {
			case out <- end[T]{index: index, value: item}:
			case <-line.ctx.Done():
				return
			}
		}
	}()
	return out
}

// stage has workers that take from one channel and put into the next. An item that was lost in
// an earlier step is passed on as it is.
func stage[T, U any](line *line, queue, workers int, in <-chan end[T],
	work step[T, U]) <-chan end[U] {
	out := make(chan end[U], queue)
	var stage sync.WaitGroup
	stage.Add(workers)
	line.group.Add(workers + 1)
	for range workers {
		go func() {
			defer line.group.Done()
			defer stage.Done()
			defer func() {
				if value := recover(); value != nil {
					line.stop(&peertrial.PanicError{Value: value})
				}
			}()
			for item := range in {
				next := end[U]{index: item.index, err: item.err}
				if next.err == nil {
					next.value, next.err = work(line.ctx, item.value)
				}
				select {
				case out <- next:
				case <-line.ctx.Done():
					return
				}
			}
		}()
	}
	go func() {
		defer line.group.Done()
		stage.Wait()
		close(out)
	}()
	return out
}

// drain hands what ends to each. It returns why the line was stopped, if it was.
func drain[T any](line *line, ended <-chan end[T], each func(int, T, error) bool) error {
	for {
		select {
		case item, more := <-ended:
			if !more || line.ctx.Err() != nil {
				return context.Cause(line.ctx)
			}
			if !each(item.index, item.value, item.err) {
				return nil
			}
		case <-line.ctx.Done():
			return context.Cause(line.ctx)
		}
	}
}

// Items between the stages.
type (
	fetched struct {
		item int
		body []byte
	}
	content struct {
		SHA256 string `json:"sha256"`
		Words  int    `json:"words"`
	}
	processed struct {
		fetched
		content content
	}
	saved struct {
		Item    int         `json:"item"`
		File    saving.File `json:"file"`
		Content content     `json:"content"`
	}
)

// works is the work of the three stages, which notes who was where when.
type works struct {
	job       job
	transport http.RoundTripper
	folder    *saving.Folder

	mu       sync.Mutex
	passages []passage
}

// passing does the work of a stage on an item, and notes that it was there.
func passing[T any](w *works, stage string, item int, work func() (T, error)) (value T, err error) {
	passage := passage{Item: item, Stage: stage, Entered: peertrial.Clock()}
	defer func() {
		passage.Left = peertrial.Clock()
		w.mu.Lock()
		defer w.mu.Unlock()
		w.passages = append(w.passages, passage)
	}()
	for _, fault := range w.job.Faults {
		switch {
		case fault.Stage != stage || fault.Item != item:
		case fault.Kind == "panic":
			panic(fmt.Sprintf("%s: asked to panic by item %d", stage, item))
		default:
			return value, failed("asked to fail, in " + stage)
		}
	}
	value, err = work()
	if err != nil {
		return value, fmt.Errorf("%w, in %s", err, stage)
	}
	passage.Whole = true
	return value, nil
}

func (w *works) fetch(ctx context.Context, item int) (fetched, error) {
	return passing(w, "fetch", item, func() (fetched, error) {
		timeout := time.Duration(w.job.TimeoutMS) * time.Millisecond
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, w.job.URLs[item], nil)
		if err != nil {
			return fetched{}, err
		}
		response, err := w.transport.RoundTrip(request)
		if err != nil {
			return fetched{}, err
		}
		defer response.Body.Close()
		body, err := fetching.Body(response)
		if err != nil {
			return fetched{}, err
		}
		if err := fetching.CheckStatus(response); err != nil {
			return fetched{}, err
		}
		// One more, which shows that there are too many.
		bytes, err := io.ReadAll(io.LimitReader(body, w.job.MostBytes+1))
		if err == nil && int64(len(bytes)) > w.job.MostBytes {
			err = failed("the body is too long")
		}
		return fetched{item, bytes}, err
	})
}

func (w *works) process(_ context.Context, page fetched) (processed, error) {
	return passing(w, "process", page.item, func() (processed, error) {
		peertrial.Block(milliseconds(w.job.ProcessMS))
		digest := sha256.Sum256(page.body)
		words := bytes.FieldsFunc(page.body, func(r rune) bool {
			return r == ' ' || r == '\t' || r == '\n' || r == '\f' || r == '\r'
		})
		content := content{SHA256: hex.EncodeToString(digest[:]), Words: len(words)}
		return processed{page, content}, nil
	})
}

func (w *works) save(_ context.Context, page processed) (saved, error) {
	return passing(w, "save", page.item, func() (saved, error) {
		peertrial.Block(milliseconds(w.job.SaveMS))
		unfinished, err := w.folder.Begin()
		if err != nil {
			return saved{}, err
		}
		defer unfinished.Discard()
		if _, err := unfinished.Write(page.body); err != nil {
			return saved{}, err
		}
		file, err := unfinished.Keep(w.job.Names[page.item].Ok, w.job.Saving.Force)
		return saved{page.item, file, page.content}, err
	})
}

func failed(why string) error {
	return &fetching.Error{Class: "other", Err: errors.New(why)}
}

func milliseconds(ms float64) time.Duration {
	return time.Duration(ms * float64(time.Millisecond))
}

// does takes every item through the three stages. Those that did not get there before enough
// were saved are cancelled.
func (w *works) does(job job) ([]peertrial.Outcome, error) {
	outcomes := make([]peertrial.Outcome, len(job.URLs))
	open := []int{}
	for item := range outcomes {
		outcomes[item] = peertrial.Cancelled
		if err := job.Names[item].Check(); err != nil {
			outcomes[item] = fetching.Outcome(nil, err)
		} else {
			open = append(open, item)
		}
	}
	left := len(job.URLs)
	if job.Take != nil {
		left = *job.Take
	}
	each := func(index int, file saved, err error) bool {
		if left > 0 {
			outcomes[open[index]] = fetching.Outcome(file, err)
		}
		if err == nil {
			left--
		}
		return left > 0
	}
	var err error
	switch job.Shape {
	case "chained":
		err = chained(job.Workers, open, w.fetch, w.process, w.save, each)
	default:
		err = staged(job.Queue, job.Workers, open, w.fetch, w.process, w.save, each)
	}
	return outcomes, err
}

func run() error {
	var job job
	trial, err := peertrial.Read(&job)
	if err != nil {
		return err
	}
	runtime.GOMAXPROCS(job.Threads)
	var out output
	err = trial.Run(func() error {
		folder, err := job.Saving.Open()
		if err != nil {
			return err
		}
		defer folder.Close()
		transport, err := fetching.NewTransport(job.Workers, job.CACert)
		if err != nil {
			return err
		}
		defer transport.CloseIdleConnections()
		works := &works{
			job: job, transport: transport, folder: folder, passages: []passage{},
		}
		out.Outcomes, err = works.does(job)
		out.Passages = works.passages
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
