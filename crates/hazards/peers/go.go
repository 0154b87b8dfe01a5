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
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"hazards/watchdog"
	"peertrial"
)

const (
	tick  = 2 * time.Millisecond
	pause = 3 * time.Millisecond
	// One message is in the channel and one with its receiver: these never wait.
	fitting = 2
	clients = 16
	// A shell whose child runs on for a while, and that writes the child's number.
	program = "sleep 3 & echo $!; wait"
)

type job struct {
	Hazards    []string `json:"hazards"`
	Pieces     []string `json:"pieces"`
	Workers    int      `json:"workers"`
	Increments int      `json:"increments"`
	Messages   uint64   `json:"messages"`
	BlockMS    int      `json:"block_ms"`
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
	"starved-connection": "a goroutine reads, whatever the others do",
	"biased-select":      "its select draws one of those that are ready",
	"shared-budget":      "goroutines are preempted, each by itself",
	"lagging-broadcast":  "it has no broadcast, and a channel for each receiver loses nothing",
	"pool-of-one":        "a goroutine that waits leaves its thread to the others",
	"unseen-panic":       "a panic that nobody recovers ends the program",
}

// pieces are the others.
var pieces = map[string]func(job job, cure bool) uint64{
	"lost-update":    lostUpdate,
	"two-locks":      twoLocks,
	"leaked-sender":  leakedSender,
	"cancelled-read": cancelledRead,
	"cancelled-send": cancelledSend,
	"grandchildren":  grandchildren,
	"retry-storm":    retryStorm,
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

// cancelledSend sends numbers beside a tick. Which case was taken, nobody looks at: a number
// that was not sent is gone.
func cancelledSend(job job, cure bool) uint64 {
	messages := make(chan uint64, 1)
	received := make(chan uint64)
	go func() {
		count := uint64(0)
		for range messages {
			count++
			time.Sleep(pause)
		}
		received <- count
	}()
	for number := range fitting + job.Messages {
		for sent := false; !sent; {
			select {
			case messages <- number:
				sent = true
			case <-time.After(tick):
				sent = !cure
			}
		}
	}
	close(messages)
	return <-received
}

// grandchildren kills a shell, which has started another process.
func grandchildren(_ job, cure bool) uint64 {
	shell := exec.Command("sh", "-c", program)
	shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: cure}
	stdout, err := shell.StdoutPipe()
	if err == nil {
		err = shell.Start()
	}
	if err != nil {
		panic(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	process := shell.Process.Pid
	if cure {
		process = -process
	}
	if err := syscall.Kill(process, syscall.SIGKILL); err != nil {
		panic(err)
	}
	// It was killed, which is what this says.
	_ = shell.Wait()
	child, failed := strconv.ParseUint(strings.TrimSpace(line), 10, 64)
	if err := errors.Join(err, failed); err != nil {
		panic(err)
	}
	return child
}

// retryStorm has clients call until they are answered; each is refused once.
func retryStorm(job job, cure bool) uint64 {
	var refused sync.Map
	call := func(client int) bool {
		_, again := refused.LoadOrStore(client, true)
		if again {
			watchdog.NoteRetry()
		}
		return again
	}
	wait := time.Duration(job.BlockMS) * time.Millisecond / 2
	all(clients, func(client int) {
		for !call(client) {
			if cure {
				time.Sleep(rand.N(wait))
			} else {
				time.Sleep(wait)
			}
		}
	})
	return clients
}

// worthAnother says whether a failing piece came out well by chance.
func (j job) worthAnother(hazard string, value uint64) bool {
	switch hazard {
	case "lost-update":
		return value == uint64(j.Workers*j.Increments)
	case "cancelled-read":
		return value == j.Messages
	case "cancelled-send":
		return value == fitting+j.Messages
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
	worthAnother := func(value uint64) bool {
		switch hazard {
		case "grandchildren":
			return !watchdog.NoteSurvivor(value, cure) && !cure
		case "retry-storm":
			return watchdog.Storm(time.Duration(job.BlockMS)*time.Millisecond/8) == cure
		}
		return !cure && job.worthAnother(hazard, value)
	}
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
