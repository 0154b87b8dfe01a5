// A channel as a semaphore: a goroutine for each item, and net/http.
//
// golang.org/x/sync has the same twice: semaphore.Weighted, whose permits have weights and
// whose Acquire ends with a context, and errgroup.Group with SetLimit.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"runtime"
	"sync"
	"time"

	"peertrial"
	"peertrial/fetching"
)

type job struct {
	URLs      []string `json:"urls"`
	Limit     int      `json:"limit"`
	Rate      int64    `json:"rate"`
	Workers   int      `json:"workers"`
	CACert    string   `json:"cacert"`
	Rehash    int      `json:"rehash"`
	TimeoutMS int      `json:"timeout_ms"`
}

type output struct {
	Outcomes []peertrial.Outcome `json:"outcomes"`
	Digests  []string            `json:"digests,omitempty"`
}

// result is what work returned for an item.
type result[R any] struct {
	value R
	err   error
}

// atMost does the work on every item, on at most limit of them at once. It returns the results
// in input order; a panic of the work is one item's error.
func atMost[T, R any](limit int, items []T, work func(T) (R, error)) []result[R] {
	results := make([]result[R], len(items))
	permits := make(chan struct{}, limit)
	var group sync.WaitGroup
	for i, item := range items {
		// Before the goroutine is there, so that no more of them wait than work.
		permits <- struct{}{}
		group.Add(1)
		go func() {
			defer group.Done()
			defer func() { <-permits }()
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

// answer is a page, and the digest of its digest, again and again.
type answer struct {
	page   fetching.Page
	digest string
}

func rehash(page fetching.Page, times int) (string, error) {
	digest, err := hex.DecodeString(page.SHA256)
	for ; times > 0; times-- {
		again := sha256.Sum256(digest)
		digest = again[:]
	}
	return hex.EncodeToString(digest), err
}

func fetchAll(job job, transport http.RoundTripper, pace *peertrial.Pace) output {
	timeout := time.Duration(job.TimeoutMS) * time.Millisecond
	results := atMost(job.Limit, job.URLs, func(url string) (answer, error) {
		defer pace.Item()()
		ctx, cancel := context.WithTimeout(context.Background(), timeout)
		defer cancel()
		page, err := fetching.Fetch(ctx, transport, url)
		if err != nil || job.Rehash == 0 {
			return answer{page: page}, err
		}
		digest, err := rehash(page, job.Rehash)
		return answer{page, digest}, err
	})
	out := output{Outcomes: []peertrial.Outcome{}}
	for _, result := range results {
		out.Outcomes = append(out.Outcomes, fetching.Outcome(result.value.page, result.err))
		if result.err == nil && job.Rehash > 0 {
			out.Digests = append(out.Digests, result.value.digest)
		}
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
		transport, err := fetching.NewTransport(job.Limit, job.CACert)
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
