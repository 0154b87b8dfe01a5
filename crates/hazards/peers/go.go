// The hazards that goroutines have, each piece in a process of its own.
//
// What hangs here would end a program that has nothing but these goroutines: the runtime says
// "all goroutines are asleep - deadlock!". Here one more waits for the input, as in most
// programs one waits for a connection, and so nothing is said.
package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"hazards/watchdog"
	"peertrial"
)

const (
	tick  = 2 * time.Millisecond
	pause = 3 * time.Millisecond
)

type job struct {
	Hazards    []string `json:"hazards"`
	Pieces     []string `json:"pieces"`
	Workers    int      `json:"workers"`
	Increments int      `json:"increments"`
	Messages   uint64   `json:"messages"`
	WatchdogMS int      `json:"watchdog_ms"`
}

type finding struct {
	Hazard  string            `json:"hazard"`
	Spared  string            `json:"spared,omitempty"`
	Failing *watchdog.Watched `json:"failing,omitempty"`
	Cure    *watchdog.Watched `json:"cure,omitempty"`
}

type output struct {
	Findings []finding `json:"findings"`
}

// spared are the hazards that don't concern goroutines.
var spared = map[string]string{
	"blocked-executor":   "where a call blocks its thread, the runtime goes on with another",
	"guard-across-await": "a goroutine that waits for a lock leaves its thread to the others",
	"join-under-lock":    "a goroutine that waits for others takes no other work",
	"oversubscribed":     "goroutines are no threads, and share as many as there are cores",
	"futurelock":         "who waits is a goroutine, and the runtime runs them all",
	"starved-deadline":   "goroutines are preempted, so timers fire, and a net.Conn looks at its deadline at each read",
}

// pieces are the others.
var pieces = map[string]func(job job, cure bool) uint64{
	"lost-update":    lostUpdate,
	"two-locks":      twoLocks,
	"leaked-sender":  leakedSender,
	"cancelled-read": cancelledRead,
}

// all runs so many goroutines, and waits for them.
func all(count int, work func(worker int)) {
	var group sync.WaitGroup
	group.Add(count)
	for worker := range count {
		go func() {
			defer group.Done()
			work(worker)
		}()
	}
	group.Wait()
}

func lostUpdate(job job, cure bool) uint64 {
	var counter atomic.Uint64
	all(job.Workers, func(int) {
		for range job.Increments {
			if cure {
				counter.Add(1)
			} else {
				counter.Store(counter.Load() + 1)
			}
		}
	})
	return counter.Load()
}

// account is a number under its lock.
type account struct {
	mu    sync.Mutex
	value uint64
}

func twoLocks(_ job, cure bool) uint64 {
	var one, other account
	all(2, func(worker int) {
		first, second := &one, &other
		if worker == 1 && !cure {
			first, second = &other, &one
		}
		first.mu.Lock()
		defer first.mu.Unlock()
		time.Sleep(time.Millisecond)
		second.mu.Lock()
		defer second.mu.Unlock()
		first.value++
		second.value++
	})
	return one.value + other.value
}

// leakedSender is a channel that nobody closes: who receives from it waits for one more.
func leakedSender(job job, cure bool) (count uint64) {
	messages := make(chan uint64)
	go func() {
		all(job.Workers, func(int) {
			for number := range job.Messages {
				messages <- number
			}
		})
		if cure {
			close(messages)
		}
	}()
	for range messages {
		count++
	}
	return count
}

// cancelledRead reads frames beside a tick. What io.ReadFull has read before a deadline is lost
// to the next call; what a bufio.Reader has is there still.
func cancelledRead(job job, cure bool) (right uint64) {
	mine, peer := net.Pipe()
	go func() {
		defer peer.Close()
		for number := range job.Messages {
			frame := binary.LittleEndian.AppendUint64(nil, number)
			// Who reads stays until there is no more.
			_, _ = peer.Write(frame[:3])
			time.Sleep(pause)
			_, _ = peer.Write(frame[3:])
		}
	}()
	reader := bufio.NewReader(mine)
	read := func() ([]byte, error) {
		if cure {
			return reader.Peek(8)
		}
		frame := make([]byte, 8)
		_, err := io.ReadFull(mine, frame)
		return frame, err
	}
	for {
		// A deadline fails where the connection is closed, as the read then does.
		_ = mine.SetReadDeadline(time.Now().Add(tick))
		frame, err := read()
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			continue
		case err != nil:
			return right
		}
		if binary.LittleEndian.Uint64(frame) == right {
			right++
		}
		// Of a reader that nothing was read into, nothing is discarded.
		_, _ = reader.Discard(reader.Buffered())
	}
}

// worthAnother says whether a failing piece came out well by chance.
func (j job) worthAnother(hazard string, value uint64) bool {
	switch hazard {
	case "lost-update":
		return value == uint64(j.Workers*j.Increments)
	case "cancelled-read":
		return value == j.Messages
	}
	return hazard == "two-locks"
}

// serve is a piece's process.
func serve(hazard, kind string) error {
	input := bufio.NewReader(os.Stdin)
	line, err := input.ReadBytes('\n')
	if err != nil {
		return err
	}
	var job job
	if err := json.Unmarshal(line, &job); err != nil {
		return err
	}
	runtime.GOMAXPROCS(job.Workers)
	cure := kind == "cure"
	piece := func() uint64 { return pieces[hazard](job, cure) }
	worthAnother := func(value uint64) bool { return !cure && job.worthAnother(hazard, value) }
	return watchdog.Serve(input, piece, worthAnother)
}

func (j job) find(trial *peertrial.Trial, hazard string) (finding, error) {
	finding := finding{Hazard: hazard, Spared: spared[hazard]}
	if finding.Spared != "" {
		return finding, nil
	}
	limit := time.Duration(j.WatchdogMS) * time.Millisecond
	for _, kind := range j.Pieces {
		start := peertrial.Clock()
		watched, err := watchdog.Watch(j, limit, hazard, kind)
		if err != nil {
			return finding, err
		}
		trial.Span(watchdog.Span(hazard, kind, start, watched))
		switch kind {
		case "cure":
			finding.Cure = &watched
		default:
			finding.Failing = &watched
		}
	}
	return finding, nil
}

func run() error {
	if len(os.Args) == 4 && os.Args[1] == watchdog.Word {
		return serve(os.Args[2], os.Args[3])
	}
	var job job
	trial, err := peertrial.Read(&job)
	if err != nil {
		return err
	}
	var out output
	err = trial.Run(func() error {
		for _, hazard := range job.Hazards {
			finding, err := job.find(trial, hazard)
			if err != nil {
				return fmt.Errorf("%s: %w", hazard, err)
			}
			out.Findings = append(out.Findings, finding)
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
