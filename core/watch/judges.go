package watch

import (
	"sync"

	"lianou/core"
	"lianou/core/insight"
)

// judges keeps the judge of the last Book and day: compiling a Book takes a hundred
// times as long as judging a village.
type judges struct {
	mu   sync.Mutex
	last *insight.Judge
	on   core.Date
}

// of gives a judge for one goroutine.
func (k *judges) of(books Books, on core.Date) (*insight.Judge, error) {
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
		k.last, k.on = j, on
	}
	return k.last.Twin(), nil
}
