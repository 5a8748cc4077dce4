package casefile

import (
	"encoding/json"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/seal"
)

// Config names what a Store needs. All fields but Sign are required.
type Config struct {
	Ring   *seal.Ring   // the platform's: wraps one data key for each case
	Shared seal.Blinder // both sides' hashes, for asking by phone
	Audit  *audit.Log   // for reads of a person
	Sign   *seal.Signer // signs decisions. Defaults to none: they stand unsigned
}

// Store reads and writes cases. It is safe for use by many goroutines and keeps
// nothing in memory.
type Store struct {
	ring   *seal.Ring
	shared seal.Blinder
	audit  *audit.Log
	signer *seal.Signer
}

// New makes a Store, or says which dependency is missing.
func New(c Config) (*Store, error) {
	if c.Ring == nil || c.Audit == nil {
		return nil, core.E(core.KindInvalid, "casefile_config", "")
	}
	return &Store{ring: c.Ring, shared: c.Shared, audit: c.Audit, signer: c.Sign}, nil
}

// box seals the private columns of one case under its own data key, so that
// shredding that key erases them all.
type box struct {
	key *seal.DataKey
	row string // the application's id: known before the case has its number
}

const dataKeyColumn = "data_key"

func (s *Store) newBox(id core.ApplicationID) (box, []byte, error) {
	wrapped, key, err := s.ring.NewDataKey(seal.At{Table: "casefile", Row: string(id), Column: dataKeyColumn})
	return box{key, string(id)}, wrapped, err
}

func (s *Store) openBox(id core.ApplicationID, wrapped []byte) (box, error) {
	if len(wrapped) == 0 {
		return box{}, core.E(core.KindNotFound, "erased", "这个人的资料已经按规定删除。")
	}
	key, err := s.ring.DataKey(wrapped, seal.At{Table: "casefile", Row: string(id), Column: dataKeyColumn})
	return box{key, string(id)}, err
}

// put seals one value; what is empty stays null.
func (b box) put(table, column, plain string) ([]byte, error) {
	if plain == "" {
		return nil, nil
	}
	return b.key.Seal([]byte(plain), seal.At{Table: table, Row: b.row, Column: column})
}

func (b box) get(table, column string, sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := b.key.Open(sealed, seal.At{Table: table, Row: b.row, Column: column})
	return string(plain), err
}

// encode writes our own values for jsonb columns; they hold no type that can
// refuse.
func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("casefile: encode " + err.Error())
	}
	return b
}
