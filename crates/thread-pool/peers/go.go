// As many goroutines as threads on one channel of items, and net/http.
//
// golang.org/x/sync has no pool of this kind: errgroup.Group with SetLimit starts a goroutine
// for each item, and returns when all have ended.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"peertrial"
	"peertrial/fetching"
	"peertrial/saving"
)

// The most bytes of a file's name.
const longest = 255

type job struct {
	URLs       []string      `json:"urls"`
	Names      []saving.Name `json:"names"`
	Saving     saving.Saving `json:"saving"`
	Workers    int           `json:"workers"`
	CACert     string        `json:"cacert"`
	TimeoutMS  int           `json:"timeout_ms"`
	DeadlineMS *int          `json:"deadline_ms"`
}

type report struct {
	Place   int               `json:"place"`
	Outcome peertrial.Outcome `json:"outcome"`
}

type output struct {
	Reports []report `json:"reports"`
}

// asCompleted does the work on every item, on at most as many of them at once as there are
// threads. It calls each with the index of an item and what came of it, in the order in which
// they end; a panic of the work is one item's error.
func asCompleted[T, R any](threads int, items []T, work func(T) (R, error),
	each func(int, R, error)) {
	type end struct {
		index int
		value R
		err   error
	}
	places := make(chan int)
	ends := make(chan end)
	do := func(index int) (end end) {
		defer func() {
			if value := recover(); value != nil {
				end.err = &peertrial.PanicError{Value: value}
			}
		}()
		end.index = index
		end.value, end.err = work(items[index])
		return end
	}
	var group sync.WaitGroup
	for range min(threads, len(items)) {
		group.Add(1)
		go func() {
			defer group.Done()
			for index := range places {
				ends <- do(index)
			}
		}()
	}
	go func() {
		for index := range items {
			places <- index
		}
		close(places)
		group.Wait()
		close(ends)
	}()
	for end := range ends {
		each(end.index, end.value, end.err)
	}
}

// downloads are the files of one job, to be downloaded from any goroutine.
type downloads struct {
	job     job
	trial   *peertrial.Trial
	folder  *saving.Folder
	client  *http.Client
	timeout time.Duration
	// Done at the deadline.
	ctx context.Context
	// Which goroutine a download is on, by the numbers of those that are free.
	lanes chan int

	mu    sync.Mutex
	taken map[string]bool
}

func newDownloads(ctx context.Context, job job, trial *peertrial.Trial,
	folder *saving.Folder, transport http.RoundTripper) *downloads {
	d := &downloads{
		job:     job,
		trial:   trial,
		folder:  folder,
		client:  &http.Client{Transport: transport, CheckRedirect: checkRedirect},
		timeout: time.Duration(job.TimeoutMS) * time.Millisecond,
		ctx:     ctx,
		lanes:   make(chan int, job.Workers),
		taken:   make(map[string]bool),
	}
	for lane := range job.Workers {
		d.lanes <- lane
	}
	for _, name := range job.Names {
		d.taken[name.Ok] = true
	}
	return d
}

// fetch downloads the file at a place. At the deadline it is given up, and after it not begun.
func (d *downloads) fetch(place int) (saving.File, error) {
	lane, start := <-d.lanes, peertrial.Clock()
	defer func() { d.lanes <- lane }()
	if d.ctx.Err() != nil {
		return saving.File{}, context.Canceled
	}
	defer func() {
		d.trial.Span(peertrial.Span{
			Task:  strconv.Itoa(place),
			Lane:  fmt.Sprintf("goroutine %d", lane),
			Start: start,
			End:   peertrial.Clock(),
		})
	}()
	// It ends after so long a silence, or a head that takes so long.
	ctx, cancel := context.WithCancelCause(d.ctx)
	defer cancel(nil)
	silence := time.AfterFunc(d.timeout, func() { cancel(context.DeadlineExceeded) })
	defer silence.Stop()
	file, err := d.save(ctx, silence, place)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		// What the client says of it differs.
		err = cause
	}
	return file, err
}

func (d *downloads) save(ctx context.Context, silence *time.Timer, place int) (saving.File, error) {
	url, force := d.job.URLs[place], d.job.Saving.Force
	if err := d.job.Names[place].Check(); err != nil {
		return saving.File{}, err
	}
	name := d.job.Names[place].Ok
	if force {
		if err := d.folder.CheckReplaceable(name); err != nil {
			return saving.File{}, err
		}
	} else if stands, err := d.folder.Stands(name); stands || err != nil {
		return saving.File{Kept: &saving.Kept{Name: name}}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return saving.File{}, err
	}
	response, err := d.client.Do(request)
	if err != nil {
		return saving.File{}, err
	}
	defer response.Body.Close()
	body, err := fetching.Body(response)
	if err != nil {
		return saving.File{}, err
	}
	if err := fetching.CheckStatus(response); err != nil {
		return saving.File{}, err
	}
	given, err := nameOf(response.Header.Get("Content-Disposition"))
	if err != nil {
		return saving.File{}, err
	}
	if given != "" && given != name {
		// The user has not named it, so it replaces nothing.
		if name, err = d.take(given, place); err != nil {
			return saving.File{}, err
		}
		force = false
		if stands, err := d.folder.Stands(name); stands || err != nil {
			return saving.File{Kept: &saving.Kept{Name: name}}, err
		}
	}
	file, err := d.folder.Begin()
	if err != nil {
		return saving.File{}, err
	}
	defer file.Discard()
	fetching.PanicIfAsked(url)
	if _, err := io.Copy(file, &heard{body, silence, d.timeout}); err != nil {
		return saving.File{}, err
	}
	return file.Keep(name, force)
}

// take gives away a name, with a number behind it if another file has it.
func (d *downloads) take(name string, place int) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	taken := name
	for number := place + 1; d.taken[taken]; number++ {
		taken = fmt.Sprintf("%s.%d", name, number)
	}
	if len(taken) > longest {
		err := fmt.Errorf("with a number the name is too long: %q", taken)
		return "", &fetching.Error{Class: "name", Err: err}
	}
	d.taken[taken] = true
	return taken, nil
}

// heard is a body whose silence begins anew with each of its parts.
type heard struct {
	io.Reader
	silence *time.Timer
	timeout time.Duration
}

func (h *heard) Read(part []byte) (int, error) {
	count, err := h.Reader.Read(part)
	if count > 0 {
		h.silence.Reset(h.timeout)
	}
	return count, err
}

// checkRedirect is for http.Client: a request is followed by ten others at most, and none of
// them goes from https to http.
func checkRedirect(request *http.Request, via []*http.Request) error {
	last, next := via[len(via)-1].URL, request.URL
	switch {
	case len(via) > 10:
		return &fetching.Error{Class: "other", Err: errors.New("more than 10 redirects in a row")}
	case last.Scheme == "https" && next.Scheme == "http":
		err := fmt.Errorf("the answer redirects from https to http: %s", next)
		return &fetching.Error{Class: "other", Err: err}
	case next.Scheme != "http" && next.Scheme != "https":
		err := fmt.Errorf("the answer redirects to %s, which is neither http:// nor https://", next)
		return &fetching.Error{Class: "other", Err: err}
	}
	// They would be sent.
	next.User = nil
	return nil
}

// nameOf is the file name in a Content-Disposition header; none if none can be read.
func nameOf(disposition string) (string, error) {
	_, params, err := mime.ParseMediaType(disposition)
	name, found := params["filename"]
	if err != nil || !found {
		return "", nil
	}
	if name == "" || strings.HasPrefix(name, ".") || strings.ContainsAny(name, "/\\\x00") ||
		len(name) > longest {
		err := fmt.Errorf("the answer names its file %q; fetch it under another URL", name)
		return "", &fetching.Error{Class: "name", Err: err}
	}
	return name, nil
}

func fetchAll(job job, trial *peertrial.Trial) (output, error) {
	ctx := context.Background()
	if job.DeadlineMS != nil {
		deadline := time.Duration(*job.DeadlineMS) * time.Millisecond
		limited, cancel := context.WithTimeout(ctx, deadline)
		defer cancel()
		ctx = limited
	}
	folder, err := job.Saving.Open()
	if err != nil {
		return output{}, err
	}
	defer folder.Close()
	transport, err := fetching.NewTransport(job.Workers, job.CACert)
	if err != nil {
		return output{}, err
	}
	defer transport.CloseIdleConnections()
	downloads := newDownloads(ctx, job, trial, folder, transport)
	places := make([]int, len(job.URLs))
	for place := range places {
		places[place] = place
	}
	out := output{Reports: []report{}}
	asCompleted(job.Workers, places, downloads.fetch,
		func(place int, file saving.File, err error) {
			out.Reports = append(out.Reports, report{place, fetching.Outcome(file, err)})
		})
	return out, nil
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
		out, err = fetchAll(job, trial)
		return err
	})
	if err != nil {
		return err
	}
	return trial.Reply(out)
}

func main() {
	peertrial.Main(run)
}
