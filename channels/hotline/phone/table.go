package phone

import "sync"

// callTable is the calls of this moment, by dialog and by what tells a repeated INVITE.
type callTable struct {
	mu     sync.Mutex
	most   int
	seats  int
	dialog map[string]*Call
	invite map[string]struct{} // Call-ID and From tag, RFC 3261 section 8.2.2.2
	ids    map[string]bool     // of the calls that go on
	shut   bool
	empty  chan struct{} // closed when it is shut and nobody sits
}

func (t *callTable) open(most int) {
	t.most, t.dialog, t.invite, t.empty = most, map[string]*Call{}, map[string]struct{}{}, make(chan struct{})
	t.ids = map[string]bool{}
}

type seat int

const (
	seated seat = iota
	full
	merged // the same call reached us twice, by two ways
)

// sit keeps a place for a call before anything of it is made.
func (t *callTable) sit(key string) seat {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, here := t.invite[key]; here {
		return merged
	}
	if t.seats >= t.most || t.shut {
		return full
	}
	t.seats++
	t.invite[key] = struct{}{}
	return seated
}

func (t *callTable) rise(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seats--
	delete(t.invite, key)
	t.leave()
}

// close lets nobody sit any more. The channel is closed when the last call is over.
func (t *callTable) close() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.shut {
		t.shut = true
		t.leave()
	}
	return t.empty
}

// leave tells who waits; under the lock.
func (t *callTable) leave() {
	if t.shut && t.seats == 0 {
		close(t.empty)
	}
}

func (t *callTable) put(dialog string, c *Call) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dialog[dialog] = c
}

func (t *callTable) drop(dialog string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.dialog, dialog)
}

// claim takes an id for as long as a call goes on, and reports whether it was free.
func (t *callTable) claim(id string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ids[id] {
		return false
	}
	t.ids[id] = true
	return true
}

func (t *callTable) give(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.ids, id)
}

func (t *callTable) find(dialog string) (*Call, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c, ok := t.dialog[dialog]
	return c, ok
}

func (t *callTable) each(f func(*Call)) {
	t.mu.Lock()
	all := make([]*Call, 0, len(t.dialog))
	for _, c := range t.dialog {
		all = append(all, c)
	}
	t.mu.Unlock()
	for _, c := range all {
		f(c)
	}
}
