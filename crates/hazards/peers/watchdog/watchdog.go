// Package watchdog runs a piece in a process of its own, and kills it once it hangs.
package watchdog

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"peertrial"
)

const (
	// A piece hangs if its time is up and none of its threads has run for so long.
	still = 100 * time.Millisecond
	// One that is still at work after so long is killed, too.
	patience = 30 * time.Second
	// A failing piece that came out well is tried over and over for so long.
	trying = time.Second
)

// Word is the first of the words by which this program is told to be a piece's process.
const Word = "piece"

// Watched is what came of a piece.
type Watched struct {
	Ended    Ended  `json:"ended"`
	Attempts int    `json:"attempts"`
	Nanos    int64  `json:"nanos"`
	Usage    usage  `json:"usage"`
	Record   record `json:"record"`
}

// Ended is how a piece ended: with its value, or with so many threads asleep.
type Ended struct {
	Done *uint64 `json:"done,omitempty"`
	Hung int     `json:"hung,omitempty"`
}

// record is what a piece recorded of itself: beats that none has, when clients called again,
// and the processes that were there still.
type record struct {
	Beats     []int64  `json:"beats"`
	Retries   []int64  `json:"retries,omitempty"`
	Survivors []uint64 `json:"survivors,omitempty"`
}

type usage struct {
	UserNanos           int64 `json:"user_nanos"`
	SystemNanos         int64 `json:"system_nanos"`
	VoluntarySwitches   int64 `json:"voluntary_switches"`
	InvoluntarySwitches int64 `json:"involuntary_switches"`
}

// said is the last line of a piece's process. Each attempt begins with the line begun.
type said struct {
	Value    uint64
	Attempts int
	Nanos    int64
	Record   record
}

var begun = []byte("begun")

var (
	recorded = record{Beats: []int64{}}
	mu       sync.Mutex
)

// NoteRetry records that a client calls again.
func NoteRetry() {
	mu.Lock()
	defer mu.Unlock()
	recorded.Retries = append(recorded.Retries, peertrial.Clock())
}

// Storm says whether three of four that called again did so within this time.
func Storm(moment time.Duration) bool {
	retries := recorded.Retries
	for first, last := 0, len(retries)*3/4-1; last < len(retries); first, last = first+1, last+1 {
		if retries[last]-retries[first] < moment.Nanoseconds() {
			return true
		}
	}
	return false
}

// NoteSurvivor says and records whether a process is there still, and is no zombie, and kills
// it then. One that should have been killed is given a while, since it needs a core to end on.
func NoteSurvivor(pid uint64, killed bool) bool {
	patience := 20 * time.Millisecond
	if killed {
		patience = time.Second
	}
	for start := time.Now(); ; time.Sleep(time.Millisecond) {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		rest := bytes.TrimSpace(stat[bytes.LastIndexByte(stat, ')')+1:])
		if err != nil || len(rest) == 0 || rest[0] == 'Z' || rest[0] == 'X' {
			return false
		}
		if time.Since(start) >= patience {
			// It may have ended just now.
			_ = syscall.Kill(int(pid), syscall.SIGKILL)
			recorded.Survivors = append(recorded.Survivors, pid)
			return true
		}
	}
}

// Serve is a piece's process: it does the piece, again while worthAnother says so of its value,
// for a while. It ends when its input does: then its watchdog is gone.
func Serve(input io.Reader, piece func() uint64, worthAnother func(value uint64) bool) error {
	go func() {
		// How the input ends says nothing.
		_, _ = io.Copy(io.Discard, input)
		os.Exit(1)
	}()
	started := time.Now()
	for attempt := 1; ; attempt++ {
		fmt.Println(string(begun))
		recorded = record{Beats: []int64{}}
		start := time.Now()
		value := piece()
		nanos := time.Since(start).Nanoseconds()
		if !worthAnother(value) || time.Since(started) > trying {
			return json.NewEncoder(os.Stdout).Encode(said{value, attempt, nanos, recorded})
		}
	}
}

// Watch runs a piece to its end in a process with these words, and kills it if it hangs for
// longer than limit.
func Watch(job any, limit time.Duration, words ...string) (Watched, error) {
	program, err := os.Executable()
	if err != nil {
		return Watched{}, err
	}
	command := exec.Command(program, append([]string{Word}, words...)...)
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	if err != nil {
		return Watched{}, err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return Watched{}, err
	}
	if err := command.Start(); err != nil {
		return Watched{}, err
	}
	watched, err := watch(command, in, out, job, limit)
	if err != nil || watched.Ended.Done == nil {
		// It may have ended.
		_ = command.Process.Kill()
	}
	ended := command.Wait()
	if err != nil {
		return Watched{}, fmt.Errorf("%s: %w (%v)", words, err, ended)
	}
	watched.Usage = usageOf(command.ProcessState)
	return watched, nil
}

func watch(command *exec.Cmd, in io.Writer, out io.Reader, job any,
	limit time.Duration) (Watched, error) {
	if err := json.NewEncoder(in).Encode(job); err != nil {
		return Watched{}, err
	}
	lines := make(chan []byte)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(out); scanner.Scan(); {
			lines <- bytes.Clone(scanner.Bytes())
		}
	}()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	attempts, start, since := 0, time.Now(), time.Now()
	var last map[string]string
	for {
		select {
		case line, more := <-lines:
			switch {
			case !more:
				return Watched{}, errors.New("its process ended without a word")
			case bytes.Equal(line, begun):
				attempts++
				start = time.Now()
			default:
				var said said
				err := json.Unmarshal(line, &said)
				ended := Ended{Done: &said.Value}
				watched := Watched{Ended: ended, Attempts: said.Attempts, Nanos: said.Nanos}
				watched.Record = said.Record
				return watched, err
			}
			continue
		case <-look.C:
		}
		now := asleep(command.Process.Pid)
		if now == nil || !maps.Equal(now, last) {
			last, since = now, time.Now()
		}
		took := time.Since(start)
		switch {
		case attempts == 0:
		case took >= max(limit, patience):
			// The one that waits for a line ends with the process.
			go drain(lines)
			return Watched{}, fmt.Errorf("still at work after %v, and killed", took)
		case took >= limit && last != nil && time.Since(since) >= still:
			go drain(lines)
			ended := Ended{Hung: len(last)}
			watched := Watched{Ended: ended, Attempts: attempts, Nanos: took.Nanoseconds()}
			watched.Record.Beats = []int64{}
			return watched, nil
		}
	}
}

func drain(lines <-chan []byte) {
	for range lines {
	}
}

// asleep is how often each thread of a process has stopped running; none if one is not asleep.
func asleep(pid int) map[string]string {
	// The pattern is a good one.
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	switches := make(map[string]string)
	for _, file := range files {
		status, err := os.ReadFile(file)
		if err != nil {
			// It has ended since it was listed, so something moves.
			return nil
		}
		for _, line := range bytes.Split(status, []byte("\n")) {
			name, value, _ := bytes.Cut(line, []byte(":"))
			switch string(name) {
			case "State":
				if !bytes.HasPrefix(bytes.TrimSpace(value), []byte("S")) {
					return nil
				}
			case "voluntary_ctxt_switches", "nonvoluntary_ctxt_switches":
				switches[file] += string(value)
			}
		}
	}
	return switches
}

func usageOf(state *os.ProcessState) usage {
	used, _ := state.SysUsage().(*syscall.Rusage)
	return usage{
		UserNanos:           state.UserTime().Nanoseconds(),
		SystemNanos:         state.SystemTime().Nanoseconds(),
		VoluntarySwitches:   used.Nvcsw,
		InvoluntarySwitches: used.Nivcsw,
	}
}

// Span is a piece as a span.
func Span(hazard, kind string, start int64, watched Watched) peertrial.Span {
	note := ""
	if watched.Ended.Hung > 0 {
		note = "hung"
	}
	return peertrial.Span{
		Task: hazard, Lane: kind, Start: start, End: peertrial.Clock(), Note: note,
	}
}
