package seal

import (
	"fmt"

	"lianou/core"
)

// RingState says which keys the ring of a key file has.
type RingState struct {
	IDs     []uint32
	Sealing uint32 // seals from the next load on
	Waiting uint32 // opens and does not seal yet, 0 for none
}

// ReadRing reads the state of the ring in one key file.
func ReadRing(path string) (RingState, error) {
	var state RingState
	err := withRing(path, func(ring []RingKey) ([]RingKey, error) {
		for _, k := range ring {
			state.IDs = append(state.IDs, k.ID)
			if k.Waiting {
				state.Waiting = k.ID
			} else {
				state.Sealing = max(state.Sealing, k.ID)
			}
		}
		return nil, nil
	})
	return state, err
}

// ErrWaiting says that a key waits already.
var ErrWaiting = core.E(core.KindConflict, "key_waiting", "")

// PrepareKey is the first half of a rotation on several machines: it adds a key
// that opens and does not seal. When every machine has the file and was started
// anew, AddKey puts it in force. ErrWaiting when one waits already.
func PrepareKey(path string, c Cipher) error {
	return withRing(path, func(ring []RingKey) ([]RingKey, error) {
		for _, k := range ring {
			if k.Waiting {
				return nil, ErrWaiting.Wrap(fmt.Errorf("key %d waits already; put it in force first", k.ID))
			}
		}
		return appendKey(ring, c, true)
	})
}

// AddKey rotates the ring of one key file: the key that waits seals from the next
// load on, or a new one with the next id where none waits. The older keys stay and
// still open.
func AddKey(path string, c Cipher) error {
	return withRing(path, func(ring []RingKey) ([]RingKey, error) {
		for i := range ring {
			if ring[i].Waiting {
				ring[i].Waiting = false
				return ring, nil
			}
		}
		return appendKey(ring, c, false)
	})
}

// withRing reads a key file of either kind and writes it with the ring that change
// gives, nil for no change.
func withRing(path string, change func([]RingKey) ([]RingKey, error)) error {
	var g gatewayFile
	if err := readFile(path, &g); err == nil && g.Kind == kindGateway {
		ring, err := change(g.Ring)
		if err != nil || ring == nil {
			return err
		}
		g.Ring = ring
		return writeFile(path, &g)
	}
	var p platformFile
	if err := readFile(path, &p); err != nil {
		return err
	}
	ring, err := change(p.Ring)
	if err != nil || ring == nil {
		return err
	}
	p.Ring = ring
	return writeFile(path, &p)
}

func appendKey(ring []RingKey, c Cipher, waiting bool) ([]RingKey, error) {
	var last uint32
	for _, k := range ring {
		last = max(last, k.ID)
	}
	key, err := random(c.keySize())
	if err != nil {
		return nil, err
	}
	return append(ring, RingKey{ID: last + 1, Cipher: c, Key: key, Waiting: waiting}), nil
}
