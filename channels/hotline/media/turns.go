package media

import "sync"

// turns shares members out among a few turns, evenly, so that the work of all does not
// fall on one moment.
type turns[T comparable] struct {
	mu sync.Mutex
	of []map[T]struct{}
}

func newTurns[T comparable](n int) *turns[T] {
	t := &turns[T]{of: make([]map[T]struct{}, n)}
	for i := range t.of {
		t.of[i] = map[T]struct{}{}
	}
	return t
}

func (t *turns[T]) add(member T) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fewest := t.of[0]
	for _, of := range t.of {
		if len(of) < len(fewest) {
			fewest = of
		}
	}
	fewest[member] = struct{}{}
}

func (t *turns[T]) remove(member T) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, of := range t.of {
		delete(of, member)
	}
}

// due appends the members of a turn to buf. One that is removed meanwhile may still be
// in it.
func (t *turns[T]) due(turn int, buf []T) []T {
	t.mu.Lock()
	defer t.mu.Unlock()
	for member := range t.of[turn] {
		buf = append(buf, member)
	}
	return buf
}
