package citizen

import (
	"crypto/ed25519"
	"sync"
)

// seen remembers tokens whose signature was checked. A citizen sends one token
// with every photo, the signature and the form; the check costs as much as all
// the rest of reading a form, and a token says the same the second time. Whether
// it is too old is judged each time.
type seen struct {
	mu   sync.RWMutex
	whom map[string]Citizen
}

// seenMost bounds the memory, about 300 bytes each. Forgetting all costs one check
// each; only tokens that we signed get in.
const seenMost = 20_000

func (s *seen) open(key ed25519.PublicKey, token string) (Citizen, error) {
	s.mu.RLock()
	who, known := s.whom[token]
	s.mu.RUnlock()
	if known {
		return who, nil
	}
	who, err := open(key, token)
	if err != nil {
		return Citizen{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.whom == nil || len(s.whom) >= seenMost {
		s.whom = map[string]Citizen{}
	}
	s.whom[token] = who
	return who, nil
}
