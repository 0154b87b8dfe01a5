// Goroutines, each with a slice of one array: they share memory as it is, and nothing is sent.
//
// The compiler proves nothing of the parts: that they don't overlap is where they are cut.
// `go build -race` would find two that did.
package main

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"

	"peertrial"
)

type job struct {
	N       int   `json:"n"`
	Workers int   `json:"workers"`
	Samples []int `json:"samples"`
	PauseMS int   `json:"pause_ms"`
	Fault   *struct {
		Worker int    `json:"worker"`
		Kind   string `json:"kind"`
	} `json:"fault"`
}

type output struct {
	Sum      float64   `json:"sum"`
	Samples  []float64 `json:"samples"`
	Checksum uint64    `json:"checksum"`
}

// result is what values returned for a part.
type result[R any] struct {
	value R
	err   error
}

// fill fills the array in place, one part per worker: values is handed a part with the place of
// its first element. It returns the results in the order of the parts: a panic is an error, and
// that part is not whole.
func fill[T, R any](array []T, workers int, values func(first int, part []T) R) []result[R] {
	share := max(1, (len(array)+workers-1)/workers)
	results := make([]result[R], (len(array)+share-1)/share)
	var group sync.WaitGroup
	group.Add(len(results))
	for worker := range results {
		first := worker * share
		part := array[first:min(first+share, len(array))]
		go func() {
			defer group.Done()
			defer func() {
				if value := recover(); value != nil {
					results[worker].err = &peertrial.PanicError{Value: value}
				}
			}()
			results[worker].value = values(first, part)
		}()
	}
	group.Wait()
	return results
}

// squares writes the squares of a part's places, and returns their sum.
func (j job) squares(trial *peertrial.Trial, first int, part []float64) float64 {
	share := max(1, (j.N+j.Workers-1)/j.Workers)
	worker, start := first/share, peertrial.Clock()
	middle := len(part) / 2
	sum := square(first, part[:middle])
	j.halt(worker)
	sum += square(first+middle, part[middle:])
	trial.Span(peertrial.Span{
		Task:  fmt.Sprintf("%d..%d", first, first+len(part)),
		Lane:  fmt.Sprintf("worker %d", worker),
		Start: start,
		End:   peertrial.Clock(),
	})
	return sum
}

func square(first int, part []float64) (sum float64) {
	for i := range part {
		number := float64(first + i)
		part[i] = number * number
		sum += part[i]
	}
	return sum
}

// halt pauses, and goes wrong where that is asked for.
func (j job) halt(worker int) {
	peertrial.Block(time.Duration(j.PauseMS) * time.Millisecond)
	if j.Fault == nil || j.Fault.Worker != worker {
		return
	}
	switch j.Fault.Kind {
	case "kill":
		// Nothing can refuse a process a signal to itself.
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "exit":
		os.Exit(1)
	}
	panic(fmt.Sprintf("worker %d was asked to panic", worker))
}

// array returns n doubles. Where there is no memory for them, make would end the program, so
// the kernel is asked first; nothing of it is touched.
func array(n int) ([]float64, error) {
	if n > 0 {
		room, err := syscall.Mmap(-1, 0, 8*n, syscall.PROT_READ|syscall.PROT_WRITE,
			syscall.MAP_ANON|syscall.MAP_PRIVATE)
		if err != nil {
			return nil, fmt.Errorf("not enough memory for %d doubles: %w", n, err)
		}
		if err := syscall.Munmap(room); err != nil {
			return nil, err
		}
	}
	return make([]float64, n), nil
}

// checksum is the sum of the elements' bits, each times its place from 1, modulo 2**64.
func checksum(array []float64) (sum uint64) {
	for i, element := range array {
		sum += math.Float64bits(element) * uint64(i+1)
	}
	return sum
}

func run() error {
	var job job
	trial, err := peertrial.Read(&job)
	if err != nil {
		return err
	}
	runtime.GOMAXPROCS(job.Workers)
	out := output{Samples: []float64{}}
	var squares []float64
	err = trial.Run(func() error {
		squares, err = array(job.N)
		if err != nil {
			return err
		}
		values := func(first int, part []float64) float64 {
			return job.squares(trial, first, part)
		}
		for worker, result := range fill(squares, job.Workers, values) {
			if result.err != nil {
				return fmt.Errorf("worker %d: %w; its part is not whole", worker, result.err)
			}
			out.Sum += result.value
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, place := range job.Samples {
		out.Samples = append(out.Samples, squares[place])
	}
	out.Checksum = checksum(squares)
	return trial.Reply(out)
}

func main() {
	peertrial.Main(run)
}
