// A goroutine for each task: every outcome, or the first error and a context that is cancelled.
//
// golang.org/x/sync's errgroup.WithContext is the second, without the other outcomes: its Wait
// returns the first error. It lets a panic end the program.
package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"peertrial"
)

// At how many attempts a flaky task does not reach its store.
const flaky = 2

type job struct {
	Tasks        int            `json:"tasks"`
	Faults       map[int]string `json:"faults"`
	WaitMS       float64        `json:"wait_ms"`
	FaultAfterMS float64        `json:"fault_after_ms"`
	Policy       string         `json:"policy"`
	Retries      int            `json:"retries"`
	BackoffMS    float64        `json:"backoff_ms"`
	TimeoutMS    float64        `json:"timeout_ms"`
	Workers      int            `json:"workers"`
}

type output struct {
	First    *int                `json:"first"`
	Outcomes []peertrial.Outcome `json:"outcomes"`
}

type done struct {
	Value    int `json:"value"`
	Attempts int `json:"attempts"`
}

// result is what work returned for an item.
type result[R any] struct {
	value R
	err   error
}

// settle does the work on every item, on all of them at once. It returns what came of each, in
// input order; a panic of the work is one item's error.
func settle[T, R any](items []T, work func(context.Context, T) (R, error)) []result[R] {
	return goAll(context.Background(), items, work, func(int) {})
}

// firstError does the same until one goes wrong: it returns the index of the first that did,
// if one did. The context of the others is done then, and they have ended.
func firstError[T, R any](items []T,
	work func(context.Context, T) (R, error)) (*int, []result[R]) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var first *int
	var once sync.Once
	results := goAll(ctx, items, work, func(index int) {
		once.Do(func() {
			first = &index
			cancel()
		})
	})
	return first, results
}

// goAll has a goroutine for each item, and waits for all. It calls wrong with the index of each
// item that goes wrong, at once.
func goAll[T, R any](ctx context.Context, items []T,
	work func(context.Context, T) (R, error), wrong func(index int)) []result[R] {
	results := make([]result[R], len(items))
	var group sync.WaitGroup
	group.Add(len(items))
	for i, item := range items {
		go func() {
			defer group.Done()
			result := &results[i]
			defer func() {
				if value := recover(); value != nil {
					result.err = &peertrial.PanicError{Value: value}
				}
				if result.err != nil {
					wrong(i)
				}
			}()
			result.value, result.err = work(ctx, item)
		}()
	}
	group.Wait()
	return results
}

// read reads the record of a task, and keeps the cause of every error.
func read(task int, fault string) (int, error) {
	record := fmt.Sprintf("%d=%d", task, task*task)
	switch fault {
	case "panic":
		panic(fmt.Sprintf("task %d panics", task))
	case "panic_any":
		panic(struct{}{})
	case "flaky":
		return 0, fmt.Errorf("task %d can't reach its store: %w", task, syscall.ECONNRESET)
	case "fail":
		record = fmt.Sprintf("%d=unknown", task)
	}
	_, text, _ := strings.Cut(record, "=")
	value, err := strconv.Atoi(text)
	if err != nil {
		err = fmt.Errorf("the value is not a number: %w", err)
		return 0, fmt.Errorf("task %d can't read its record: %w", task, err)
	}
	return value, nil
}

// tasks are the tasks of a job.
type tasks struct {
	job   job
	trial *peertrial.Trial
}

func (t *tasks) attempt(ctx context.Context, task, nth int) (value int, err error) {
	fault := t.job.Faults[task]
	if fault == "flaky" && nth > flaky {
		fault = ""
	}
	start, note := peertrial.Clock(), "panicked"
	defer func() {
		lane := fmt.Sprintf("task %d", task)
		t.trial.Span(peertrial.Span{
			Task: strconv.Itoa(task), Lane: lane, Start: start, End: peertrial.Clock(), Note: note,
		})
	}()
	switch fault {
	case "":
		err = sleep(ctx, milliseconds(t.job.WaitMS))
	case "hang":
		err = sleep(ctx, math.MaxInt64)
	default:
		err = sleep(ctx, milliseconds(t.job.FaultAfterMS))
	}
	if err != nil {
		note = "cut"
		return 0, err
	}
	value, err = read(task, fault)
	note = ""
	if err != nil {
		note = "failed"
	}
	return value, err
}

// persist does a task, and again while its error is transient and a retry is left.
func (t *tasks) persist(ctx context.Context, task int) (done, error) {
	timeout := milliseconds(t.job.TimeoutMS)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	for nth := 1; ; nth++ {
		value, err := t.attempt(ctx, task, nth)
		if err == nil {
			return done{value, nth}, nil
		}
		if !errors.Is(err, syscall.ECONNRESET) || nth > t.job.Retries {
			return done{}, err
		}
		most := milliseconds(t.job.BackoffMS * math.Pow(2, float64(nth-1)))
		if err := sleep(ctx, most-time.Duration(rand.Float64()*float64(most)/2)); err != nil {
			return done{}, err
		}
	}
}

// sleep sleeps, or returns early with the error of a context that is done.
func sleep(ctx context.Context, duration time.Duration) error {
	if duration <= 0 {
		return nil
	}
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func milliseconds(ms float64) time.Duration {
	return time.Duration(ms * float64(time.Millisecond))
}

func outcome(result result[done]) peertrial.Outcome {
	var panicked *peertrial.PanicError
	switch err := result.err; {
	case err == nil:
		return peertrial.Ok(result.value)
	case errors.As(err, &panicked):
		return peertrial.Panicked(panicked.Value)
	case errors.Is(err, context.DeadlineExceeded):
		return peertrial.TimedOut
	case errors.Is(err, context.Canceled):
		return peertrial.Cancelled
	case errors.Is(err, syscall.ECONNRESET):
		return peertrial.Failed("reset", err.Error())
	default:
		return peertrial.Failed("malformed", err.Error())
	}
}

func run() error {
	var job job
	trial, err := peertrial.Read(&job)
	if err != nil {
		return err
	}
	runtime.GOMAXPROCS(job.Workers)
	out := output{Outcomes: []peertrial.Outcome{}}
	err = trial.Run(func() error {
		numbers := make([]int, job.Tasks)
		for number := range numbers {
			numbers[number] = number
		}
		tasks := &tasks{job: job, trial: trial}
		var results []result[done]
		switch job.Policy {
		case "collect":
			results = settle(numbers, tasks.persist)
		default:
			out.First, results = firstError(numbers, tasks.persist)
		}
		for _, result := range results {
			out.Outcomes = append(out.Outcomes, outcome(result))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return trial.Reply(out)
}

func main() {
	peertrial.Main(run)
}
