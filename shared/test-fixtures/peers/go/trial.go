// Package peertrial is what the peers in Go share: a trial's job, its measurements and its
// reply. docs/src/protocol.md describes both ends.
package peertrial

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"
)

// Memory is the bytes of this process that were resident: before the job, and at the most.
type Memory struct {
	Before int `json:"before"`
	Peak   int `json:"peak"`
}

// Trial is one trial: it reads its job from standard input, and replies on standard output.
type Trial struct {
	nanos  int64
	memory Memory
}

// Read returns a trial, and reads its job into the value that job points to.
func Read(job any) (*Trial, error) {
	if err := json.NewDecoder(os.Stdin).Decode(job); err != nil {
		return nil, fmt.Errorf("the job: %w", err)
	}
	return &Trial{}, nil
}

// Run does the work, the one part that is measured.
func (t *Trial) Run(work func() error) error {
	// From here on, the most memory is the job's and not that of the start.
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200); err != nil {
		return err
	}
	before, err := resident("VmRSS:")
	if err != nil {
		return err
	}
	start := time.Now()
	if err := work(); err != nil {
		return err
	}
	t.nanos = time.Since(start).Nanoseconds()
	peak, err := resident("VmHWM:")
	t.memory = Memory{Before: before, Peak: peak}
	return err
}

// Reply writes the output and the measurements.
func (t *Trial) Reply(output any) error {
	reply := map[string]any{"nanos": t.nanos, "output": output, "memory": t.memory}
	return json.NewEncoder(os.Stdout).Encode(reply)
}

// resident returns the bytes of this process that are in memory: now, or at the most.
func resident(field string) (int, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for _, line := range bytes.Split(status, []byte("\n")) {
		if value, found := bytes.CutPrefix(line, []byte(field)); found {
			kilobytes, err := strconv.Atoi(string(bytes.Fields(value)[0]))
			return kilobytes * 1024, err
		}
	}
	return 0, fmt.Errorf("/proc/self/status has no %s", field)
}
