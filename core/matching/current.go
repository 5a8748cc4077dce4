package matching

import (
	"sync"

	"lianou/core"
	"lianou/core/policy"
)

// Current is the matcher of the Book in force on a day. Compiling takes milliseconds, and
// nearly everybody asks about today: the last one is kept. It is safe for use by many
// goroutines.
type Current struct {
	books *policy.Library

	mu   sync.Mutex
	last *Matcher
}

// NewCurrent makes one over a library.
func NewCurrent(books *policy.Library) *Current { return &Current{books: books} }

// On gives the matcher of a day. Errors are the library's, for a day before its first Book.
func (c *Current) On(day core.Date) (*Matcher, error) {
	book, err := c.books.On(day)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last == nil || c.last.Book().Digest != book.Digest {
		m, err := Compile(book)
		if err != nil {
			return nil, err
		}
		c.last = m
	}
	return c.last, nil
}
