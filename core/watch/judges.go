package watch

import (
	"sync"

	"lianou/core"
	"lianou/core/insight"
)

// judges keeps those of the last Book and day: compiling a Book takes a hundred times as
// long as judging a village, and a judge that has seen one township knows the answers of
// the next.
type judges struct {
	mu   sync.Mutex
	last *insight.Judge
	on   core.Date
	idle []*insight.Judge
}

// take gives a judge for one goroutine; give it back after use.
func (k *judges) take(books Books, on core.Date) (*insight.Judge, error) {
	book, err := books.On(on)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.last == nil || k.on != on || k.last.Book().Digest != book.Digest {
		j, err := insight.NewJudge(book, on)
		if err != nil {
			return nil, err
		}
		k.last, k.on, k.idle = j, on, nil
	}
	if n := len(k.idle); n > 0 {
		j := k.idle[n-1]
		k.idle = k.idle[:n-1]
		return j, nil
	}
	return k.last.Twin(), nil
}

// give takes a judge back, unless the Book has changed meanwhile.
func (k *judges) give(j *insight.Judge) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.last != nil && j.Of(k.last) {
		k.idle = append(k.idle, j)
	}
}
