// Package saving is what the peers in Go that save files share. A file gets its name once it
// is whole, and what stands under a name is never a half.
package saving

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"peertrial/fetching"
)

// Name is the name of a URL's file, or why it has none.
type Name struct {
	Ok  string
	Err string
}

// Check returns the error of a URL whose file has no name.
func (n Name) Check() error {
	if n.Err != "" {
		return unnamed("%s", n.Err)
	}
	return nil
}

// File is what became of a file: saved, or kept as it stood.
type File struct {
	Saved *Saved `json:"saved,omitempty"`
	Kept  *Kept  `json:"kept,omitempty"`
}

// Saved is a file that was written.
type Saved struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
}

// Kept is a file that stood already.
type Kept struct {
	Name string `json:"name"`
}

// Saving is where a job's files are saved, and how.
type Saving struct {
	Dir   string `json:"dir"`
	Force bool   `json:"force"`
	Sync  bool   `json:"sync"`
}

// Folder is the directory of a job's files. Any goroutine may save into it.
type Folder struct {
	saving Saving
	opened *os.File
}

// Open opens the directory first, so that no file stands that can't be flushed.
func (s Saving) Open() (*Folder, error) {
	opened, err := os.Open(s.Dir)
	return &Folder{saving: s, opened: opened}, err
}

// Close closes it.
func (f *Folder) Close() error {
	return f.opened.Close()
}

// Stands says whether a file stands under this name, or a link to one.
func (f *Folder) Stands(name string) (bool, error) {
	path := filepath.Join(f.saving.Dir, name)
	there, err := os.Stat(path)
	if err == nil && there.Mode().IsRegular() {
		return true, nil
	}
	if _, err := os.Lstat(path); err == nil {
		return false, unnamed("what stands under the name %q is no file, and stays", name)
	}
	return false, nil
}

// CheckReplaceable returns an error if something stands under this name that is no plain file:
// it stays, wherever a link leads.
func (f *Folder) CheckReplaceable(name string) error {
	there, err := os.Lstat(filepath.Join(f.saving.Dir, name))
	if err == nil && !there.Mode().IsRegular() {
		return unnamed("what stands under the name %q is no plain file, and stays", name)
	}
	return nil
}

// Begin begins a file under a hidden name.
func (f *Folder) Begin() (*Unfinished, error) {
	file, err := os.CreateTemp(f.saving.Dir, ".*.unfinished")
	if err != nil {
		return nil, unsaved(err)
	}
	return &Unfinished{folder: f, file: file}, nil
}

// Unfinished is a file without a name of its own yet.
type Unfinished struct {
	folder *Folder
	file   *os.File
	bytes  int64
}

func (u *Unfinished) Write(part []byte) (int, error) {
	count, err := u.file.Write(part)
	u.bytes += int64(count)
	if err != nil {
		err = unsaved(err)
	}
	return count, err
}

// Keep gives the file its name. With force it replaces the file that stands there.
func (u *Unfinished) Keep(name string, force bool) (File, error) {
	stood, err := u.keep(name, force)
	var classed *fetching.Error
	switch {
	case errors.As(err, &classed):
		return File{}, err
	case err != nil:
		return File{}, unsaved(err)
	case stood:
		return File{Kept: &Kept{name}}, nil
	}
	return File{Saved: &Saved{name, u.bytes}}, nil
}

func (u *Unfinished) keep(name string, force bool) (stood bool, err error) {
	folder := u.folder
	if folder.saving.Sync {
		if err := u.file.Sync(); err != nil {
			return false, err
		}
	}
	if err := u.file.Close(); err != nil {
		return false, err
	}
	final := filepath.Join(folder.saving.Dir, name)
	if force {
		if err := folder.CheckReplaceable(name); err != nil {
			return false, err
		}
		err = os.Rename(u.file.Name(), final)
	} else {
		// Fails if the name is taken, which a rename does not.
		err = os.Link(u.file.Name(), final)
	}
	if errors.Is(err, fs.ErrExist) {
		return folder.Stands(name)
	}
	if err == nil && folder.saving.Sync {
		err = folder.opened.Sync()
	}
	return false, err
}

// Discard removes what is left under the hidden name.
func (u *Unfinished) Discard() {
	// Both fail where the file was kept.
	_ = u.file.Close()
	_ = os.Remove(u.file.Name())
}

func unnamed(format string, values ...any) error {
	return &fetching.Error{Class: "name", Err: fmt.Errorf(format, values...)}
}

func unsaved(err error) error {
	return &fetching.Error{Class: "disk", Err: err}
}
