package peertrial

import "fmt"

// Outcome is what became of an item, as the protocol writes it.
type Outcome any

// The outcomes without a value.
const (
	TimedOut   = "timed_out"
	Cancelled  = "cancelled"
	WorkerLost = "worker_lost"
)

// Ok is the outcome of an item that was done.
func Ok(value any) Outcome {
	return map[string]any{"ok": value}
}

// Failed is the outcome of an item that could not be done.
func Failed(class, why string) Outcome {
	return map[string]any{"failed": map[string]string{"class": class, "why": why}}
}

// Panicked is the outcome of an item whose code panicked with this value.
func Panicked(value any) Outcome {
	return map[string]any{"panicked": fmt.Sprint(value)}
}

// PanicError is a panic that was recovered.
type PanicError struct {
	Value any
}

func (e *PanicError) Error() string {
	return fmt.Sprintf("panic: %v", e.Value)
}
