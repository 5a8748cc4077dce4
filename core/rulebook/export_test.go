package rulebook

import (
	"time"

	"lianou/core/policy"
)

// ReadOp is how a stored operation is read.
func ReadOp(raw []byte) (Op, error) { return readOp(raw) }

// Repack stores a set and reads it back.
func Repack(s Sources) (Sources, error) {
	packed, err := s.pack()
	if err != nil {
		return Sources{}, err
	}
	return unpack(packed)
}

// Later makes what readings came to of faults as old as it gets.
func (s *Store) Later() {
	for _, one := range s.kept.list {
		one.until = time.Time{}
	}
}

// NameOf is how a limit, in thousandths, is written in a sentence.
func NameOf(sentence string, unit policy.Unit, limit int64) string {
	return nameOf(sentence, unit, limit)
}
