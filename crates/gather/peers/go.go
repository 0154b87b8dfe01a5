// A goroutine for each item, and net/http.
package main

import (
	"context"
	"net/http"
	"runtime"
	"sync"
	"time"

	"peertrial"
	"peertrial/fetching"
)

type job struct {
	URLs      []string `json:"urls"`
	Rate      int64    `json:"rate"`
	Workers   int      `json:"workers"`
	CACert    string   `json:"cacert"`
	TimeoutMS int      `json:"timeout_ms"`
}

type output struct {
	Outcomes []peertrial.Outcome `json:"outcomes"`
}

// result is what work returned for an item.
type result[R any] struct {
	value R
	err   error
}

// gather does the work on every item, on all of them at once. It returns the results in input
// order; a panic of the work is one item's error.
func gather[T, R any](items []T, work func(T) (R, error)) []result[R] {
	results := make([]result[R], len(items))
	var group sync.WaitGroup
	group.Add(len(items))
	for i, item := range items {
		go func() {
			defer group.Done()
			defer func() {
				if value := recover(); value != nil {
					results[i].err = &peertrial.PanicError{Value: value}
				}
			}()
			results[i].value, results[i].err = work(item)
		}()
	}
	group.Wait()
	return results
}

func fetchAll(job job, transport http.RoundTripper, pace *peertrial.Pace) output {
	timeout := time.Duration(job.TimeoutMS) * time.Millisecond
	results := gather(job.URLs, func(url string) (fetching.Page, error) {
		defer pace.Item()()
		ctx, cancel := context.WithTimeout(context.Background(), timeout)
		defer cancel()
		return fetching.Fetch(ctx, transport, url)
	})
	out := output{Outcomes: []peertrial.Outcome{}}
	for _, result := range results {
		out.Outcomes = append(out.Outcomes, fetching.Outcome(result.value, result.err))
	}
	return out
}

func run() error {
	var job job
	trial, err := peertrial.Read(&job)
	if err != nil {
		return err
	}
	runtime.GOMAXPROCS(job.Workers)
	var out output
	err = trial.Run(func() error {
		transport, err := fetching.NewTransport(len(job.URLs), job.CACert)
		if err != nil {
			return err
		}
		defer transport.CloseIdleConnections()
		out = fetchAll(job, transport, trial.Pace(job.Rate))
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
