package matching

import (
	"sync"

	"lianou/core"
)

// Current is the matcher of the Book in force on a day. Compiling takes milliseconds, and
// nearly everybody asks about today: the last one is kept. It is safe for use by many
// goroutines.
type Current struct {
	books Books

	mu   sync.Mutex
	last *Matcher
}

// NewCurrent makes one over the rules of a program.
func NewCurrent(books Books) *Current { return &Current{books: books} }

// On gives the matcher of a day. Errors are of the rules, for a day before its first Book.
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
