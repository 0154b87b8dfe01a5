// sync.Mutex: each worker is a goroutine, and a deferred Unlock ends its turn.
//
// For a single number, sync/atomic's Int64 does it without a lock.
package main

import (
	"fmt"
	"runtime"
	"sync"

	"peertrial"
)

// An increment is far shorter than a look at the clock, so a worker's are marked in stretches.
const stretches = 50

type job struct {
	Workers    int  `json:"workers"`
	Increments int  `json:"increments"`
	Threads    int  `json:"threads"`
	Panic      bool `json:"panic"`
	Hold       int  `json:"hold"`
	Reads      int  `json:"reads"`
}

// counter is what the lock protects: between increments, Entered is Left.
type counter struct {
	Entered int `json:"entered"`
	Left    int `json:"left"`

	computed uint64
}

// reads are what one worker's reads saw.
type reads struct {
	Done     int `json:"done"`
	Last     int `json:"last"`
	Back     int `json:"back"`
	HalfDone int `json:"half_done"`

	// The highest count of all that it has read or made.
	most int
	// Apart from those of the others, with which it would share a line of the cache.
	_ [64]byte
}

func (r *reads) read(entered, left int) {
	r.Done++
	r.Last = left
	if entered != left {
		r.HalfDone++
	}
	r.saw(left, left < r.most)
}

// made notes a count that this worker made: where it has read this count, it did not make it.
func (r *reads) made(count int) {
	r.saw(count, count <= r.most)
}

func (r *reads) saw(count int, isBack bool) {
	if isBack {
		r.Back++
	} else {
		r.most = count
	}
}

type output struct {
	Counter  counter             `json:"counter"`
	Poisoned bool                `json:"poisoned"`
	Outcomes []peertrial.Outcome `json:"outcomes"`
	Reads    []reads             `json:"reads,omitempty"`
}

// result is what a worker's last increment returned, or its panic.
type result[R any] struct {
	last R
	err  error
}

// count has each worker do the work on one value so many times, and before each of them read
// it so many times, alone with it each time. It returns how each worker ended; a panic is that
// worker's error, and unlocks the value, which may be half-done.
func count[T, R any](workers, increments, reads int, value *T,
	read func(value *T, worker, nth int), work func(value *T, worker, nth int) R) []result[R] {
	var mu sync.Mutex
	results := make([]result[R], workers)
	var group sync.WaitGroup
	group.Add(workers)
	for worker := range workers {
		go func() {
			defer group.Done()
			result := &results[worker]
			defer func() {
				if value := recover(); value != nil {
					result.err = &peertrial.PanicError{Value: value}
				}
			}()
			turn := func(nth int) R {
				mu.Lock()
				defer mu.Unlock()
				return work(value, worker, nth)
			}
			look := func(nth int) {
				mu.Lock()
				defer mu.Unlock()
				read(value, worker, nth)
			}
			// Apart from the others', with which it would share a line of the cache.
			var last R
			for nth := range increments {
				for range reads {
					look(nth)
				}
				last = turn(nth)
			}
			result.last = last
		}()
	}
	group.Wait()
	return results
}

// marks are the times at which each worker began its stretches, and ended the last.
type marks struct {
	length, increments int
	at                 [][]int64
}

func newMarks(job job) *marks {
	return &marks{
		length:     max(1, (job.Increments+stretches-1)/stretches),
		increments: job.Increments,
		at:         make([][]int64, job.Workers),
	}
}

// around calls work, and marks when a stretch begins with it or the last ends.
func (m *marks) around(work func(*counter, int, int) int) func(*counter, int, int) int {
	return func(counter *counter, worker, nth int) int {
		if nth%m.length == 0 {
			m.at[worker] = append(m.at[worker], peertrial.Clock())
		}
		last := work(counter, worker, nth)
		if nth+1 == m.increments {
			m.at[worker] = append(m.at[worker], peertrial.Clock())
		}
		return last
	}
}

// report reports the stretches as spans.
func (m *marks) report(trial *peertrial.Trial) {
	for worker, at := range m.at {
		for stretch := range max(0, len(at)-1) {
			from := stretch * m.length
			trial.Span(peertrial.Span{
				Task:  fmt.Sprintf("%d..%d", from, min(from+m.length, m.increments)),
				Lane:  fmt.Sprintf("worker %d", worker),
				Start: at[stretch],
				End:   at[stretch+1],
			})
		}
	}
}

// compute does the rounds of the Rust variants: each needs what came of the one before it.
func compute(rounds int) uint64 {
	state := uint64(1)
	for range rounds {
		state ^= state << 13
		state ^= state >> 7
		state ^= state << 17
	}
	return state
}

func (j job) increment(counter *counter, worker, nth int) int {
	counter.Entered++
	if j.Panic && worker == 0 && nth == j.Increments/2 {
		panic(fmt.Sprintf("worker %d panics at its increment %d", worker, nth))
	}
	if j.Hold > 0 {
		counter.computed = compute(j.Hold)
	}
	counter.Left++
	return counter.Left
}

// reading reads the counter under the lock, and notes what it saw.
func (j job) reading(all []reads) func(*counter, int, int) {
	return func(counter *counter, worker, _ int) {
		entered := counter.Entered
		if j.Hold > 0 {
			counter.computed = compute(j.Hold)
		}
		all[worker].read(entered, counter.Left)
	}
}

// seen is an increment whose count is noted beside what was read.
func (j job) seen(all []reads) func(*counter, int, int) int {
	return func(counter *counter, worker, nth int) int {
		last := j.increment(counter, worker, nth)
		all[worker].made(last)
		return last
	}
}

func (j job) outcome(result result[int]) peertrial.Outcome {
	panicked, _ := result.err.(*peertrial.PanicError)
	switch {
	case panicked != nil:
		return peertrial.Panicked(panicked.Value)
	case j.Increments == 0:
		return peertrial.Ok(nil)
	}
	return peertrial.Ok(result.last)
}

func run() error {
	var job job
	trial, err := peertrial.Read(&job)
	if err != nil {
		return err
	}
	runtime.GOMAXPROCS(job.Threads)
	work, marks := job.increment, newMarks(job)
	all := make([]reads, job.Workers)
	if job.Reads > 0 {
		work = job.seen(all)
	}
	if trial.WantsSpans {
		work = marks.around(work)
	}
	var out output
	var results []result[int]
	err = trial.Run(func() error {
		results = count(job.Workers, job.Increments, job.Reads, &out.Counter,
			job.reading(all), work)
		return nil
	})
	if err != nil {
		return err
	}
	for _, result := range results {
		out.Outcomes = append(out.Outcomes, job.outcome(result))
	}
	if job.Reads > 0 {
		out.Reads = all
	}
	marks.report(trial)
	return trial.Reply(out)
}

func main() {
	peertrial.Main(run)
}
