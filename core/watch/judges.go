package watch

import (
	"sync"

	"lianou/core"
	"lianou/core/insight"
	"lianou/core/policy"
)

// judges keeps those of the last Book and day: compiling a Book takes a hundred times as
// long as judging a village, and a judge that has seen one township knows the answers of
// the next.
type judges struct {
	mu   sync.Mutex
	last *insight.Judge
	on   core.Date
	idle []*insight.Judge
	from map[insight.Scanned]*insight.Reach // what may differ from another look
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
		k.last, k.on, k.idle, k.from = j, on, nil, map[insight.Scanned]*insight.Reach{}
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

// reach gives whom a look by j may find otherwise than one before by a Book; nil while
// others judge by another Book or day than j, which lasts for a township.
func (k *judges) reach(j *insight.Judge, book *policy.Book, on core.Date) *insight.Reach {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.last == nil || !j.Of(k.last) {
		return nil
	}
	key := insight.Scanned{Book: book.Digest, On: on}
	if k.from[key] == nil {
		k.from[key] = j.ReachFrom(book, on)
	}
	return k.from[key]
}
