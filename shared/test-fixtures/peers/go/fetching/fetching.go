// Package fetching is what the peers in Go that fetch share: a client, and what became of a
// request.
package fetching

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"

	"peertrial"
)

// Page is what the client saw of one answer.
type Page struct {
	Status int    `json:"status"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Error is a failure whose class is known.
type Error struct {
	Class string
	Err   error
}

func (e *Error) Error() string { return e.Err.Error() }

func (e *Error) Unwrap() error { return e.Err }

// Fetch returns the page at url.
func Fetch(ctx context.Context, transport http.RoundTripper, url string) (Page, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return Page{}, err
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return Page{}, err
	}
	defer response.Body.Close()
	body, err := Body(response)
	if err != nil {
		return Page{}, err
	}
	PanicIfAsked(url)
	digest := sha256.New()
	length, err := io.Copy(digest, body)
	if err != nil {
		return Page{}, err
	}
	return Page{
		Status: response.StatusCode,
		Bytes:  length,
		SHA256: hex.EncodeToString(digest.Sum(nil)),
	}, nil
}

// Body returns what is to be read of an answer.
func Body(response *http.Response) (io.Reader, error) {
	switch {
	case response.StatusCode < 100:
		return nil, fmt.Errorf("%03d is no status", response.StatusCode)
	case response.StatusCode == http.StatusSwitchingProtocols:
		// Its body is the connection itself, for another protocol, and no context ends it.
		return http.NoBody, nil
	}
	return response.Body, nil
}

// CheckStatus returns an error for an answer that is not what was asked for.
func CheckStatus(response *http.Response) error {
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return &Error{"status", fmt.Errorf("the status is %d", response.StatusCode)}
	}
	return nil
}

// PanicIfAsked panics if the URL asks for it: a bug in the code around a request.
func PanicIfAsked(url string) {
	if strings.Contains(url, "/note/panic") {
		panic("asked to panic by " + url)
	}
}

// Outcome is what became of a request, as the variants report it.
func Outcome(value any, err error) peertrial.Outcome {
	var panicked *peertrial.PanicError
	switch {
	case err == nil:
		return peertrial.Ok(value)
	case errors.As(err, &panicked):
		return peertrial.Panicked(panicked.Value)
	case errors.Is(err, context.Canceled):
		return peertrial.Cancelled
	case os.IsTimeout(err), errors.Is(err, context.DeadlineExceeded):
		return peertrial.TimedOut
	}
	return peertrial.Failed(Class(err), err.Error())
}

// Class is the class of a failure, the same as the variants'.
func Class(err error) string {
	var classed *Error
	var address *net.AddrError
	var certificate *tls.CertificateVerificationError
	var network *net.OpError
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "reset"
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return "descriptors"
	case errors.As(err, &classed):
		return classed.Class
	case errors.As(err, &certificate):
		return "certificate"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "truncated"
	case errors.As(err, &address):
		// A port that can't be.
		return "malformed"
	case errors.As(err, &network) && network.Op == "dial":
		return "other"
	}
	// What is neither the network's nor the certificate's is wrong with what came. Most such
	// errors have no type that can be named from here.
	return "malformed"
}
