package registry

import (
	"context"
	"errors"
	"strconv"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/seal"
)

// Config is what New needs.
type Config struct {
	// Ring seals and opens what identifies people. Required.
	Ring *seal.Ring

	// Log receives an entry for each read and change of a person. Required.
	Log *audit.Log

	// Regions is the tree of places that searches and new rows are held to. Required.
	Regions *Regions
}

// Registry reads and writes the base population store. It is safe for
// concurrent use.
type Registry struct {
	ring    *seal.Ring
	log     *audit.Log
	regions *Regions
	words   *tokenizer

	townships int // of the city
}

// New makes a ready Registry.
func New(cfg Config) (*Registry, error) {
	if cfg.Ring == nil || cfg.Log == nil || cfg.Regions == nil {
		return nil, core.E(core.KindInternal, "registry_config", "").Wrap(errors.New("registry.Config needs Ring, Log and Regions"))
	}
	return &Registry{ring: cfg.Ring, log: cfg.Log, regions: cfg.Regions, words: newTokenizer(cfg.Ring),
		townships: len(cfg.Regions.Expand(core.DezhouCity))}, nil
}

// Regions is the tree of places the registry was made with.
func (r *Registry) Regions() *Regions { return r.regions }

// Purpose says who looks and why. Why is a coded reason of the caller's, such as
// "case.assess"; it is shown to the citizen who asks who looked.
type Purpose struct {
	Actor       audit.Actor
	Why         string
	Case        core.CaseID
	Application core.ApplicationID
}

// looked is the detail of an audit entry about a read: what was shown, never its
// content.
type looked struct {
	Shown   []string          `json:"shown,omitempty"`
	Persons []core.PersonID   `json:"persons,omitempty"`
	By      string            `json:"by,omitempty"`
	Home    core.HouseholdID  `json:"household,omitempty"`
	Paths   map[string]string `json:"paths,omitempty"`
}

// trace writes the audit entry of one act. Subject is the person, if it is one.
func (r *Registry) trace(ctx context.Context, tx *pg.Tx, p Purpose, act string, about Person, detail any) error {
	if p.Why == "" || p.Actor.Kind == "" {
		return core.E(core.KindInternal, "purpose_missing", "").Wrap(errors.New("a person is read for a purpose or not at all"))
	}
	e := audit.Entry{Actor: p.Actor, Act: act, Case: p.Case, Application: p.Application, Purpose: p.Why, Region: about.Region, Detail: detail}
	if about.ID != 0 {
		e.Subject = "person:" + strconv.FormatInt(int64(about.ID), 10)
	}
	return r.log.Write(ctx, tx, e)
}

// at is the place of a sealed column: the authenticated data of what is in it.
func at(table string, id int64, column string) seal.At {
	return seal.At{Table: table, Row: strconv.FormatInt(id, 10), Column: column}
}
