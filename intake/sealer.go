package intake

import (
	"sync"

	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/seal"
)

// sealer shares one envelope among a batch's worth of applications: wrapping a
// data key costs about a hundred times as much as sealing under it.
type sealer struct {
	to seal.Recipient

	mu   sync.Mutex
	env  *seal.Envelope
	used int
}

func (s *sealer) seal(app core.Application) (jobs.Handover, error) {
	env, err := s.envelope()
	if err != nil {
		return jobs.Handover{}, err
	}
	return jobs.SealHandover(env, app)
}

func (s *sealer) envelope() (*seal.Envelope, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.env == nil || s.used >= batchMost {
		env, err := s.to.NewEnvelope()
		if err != nil {
			return nil, err
		}
		s.env, s.used = env, 0
	}
	s.used++
	return s.env, nil
}
