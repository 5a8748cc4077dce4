package realname

import (
	"context"
	"strings"
	"time"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
)

// Outcome is one of the four answers.
type Outcome string

// The answers.
const (
	Match       Outcome = "match"
	Mismatch    Outcome = "mismatch"
	NotFound    Outcome = "not_found"
	Unavailable Outcome = "unavailable"
)

// Answer is an outcome and who gave it.
type Answer struct {
	Outcome Outcome
	By      string // "registry", "police", "staff", or "none" when nobody could be asked
	Code    string // of the outside service, such as "-4"; ours: "no_number", "no_service"
}

// Final reports whether asking the same again could not change the answer.
func (a Answer) Final() bool { return a.Outcome != Unavailable || a.Code == CodeNoNumber }

// CodeNoNumber is the code of a person without a known number: a window or a
// visit looks at the papers instead.
const CodeNoNumber = "no_number"

// Person is who is to be checked.
type Person struct {
	Application core.ApplicationID
	Case        core.CaseID
	Region      core.RegionCode
	Name        string
	ID          core.IDNumber
}

// Checker asks. Safe for concurrent use.
type Checker struct {
	registry *registry.Registry
	outside  *Tencent
}

// New makes a Checker. outside may be nil: then the register's answer stands
// alone.
func New(r *registry.Registry, outside *Tencent) (*Checker, error) {
	if r == nil {
		return nil, core.E(core.KindInvalid, "realname_config", "")
	}
	return &Checker{registry: r, outside: outside}, nil
}

// AskRegister compares name and number with the city's register. done is false
// when the outside should be asked as well: the register knows only what the city
// registered, and spells a name its own way.
func (c *Checker) AskRegister(ctx context.Context, tx *pg.Tx, why registry.Purpose, p Person) (a Answer, done bool, err error) {
	if p.ID.IsZero() || strings.TrimSpace(p.Name) == "" {
		return Answer{Unavailable, "none", CodeNoNumber}, true, nil
	}
	a = Answer{NotFound, "registry", ""}
	for _, name := range Spellings(p.Name) {
		answer, err := c.registry.Vouch(ctx, tx, why, p.ID, name)
		if err != nil {
			return Answer{}, false, err
		}
		if answer == registry.VouchMatch {
			return Answer{Match, "registry", ""}, true, nil
		}
		if answer == registry.VouchMismatch {
			a.Outcome = Mismatch
		}
	}
	return a, c.outside == nil, nil
}

// AskOutside asks the outside service, without a transaction. A service that
// cannot answer is an answer too: Unavailable, never an error.
func (c *Checker) AskOutside(ctx context.Context, p Person) Answer {
	if c.outside == nil {
		return Answer{Unavailable, "none", "no_service"}
	}
	return c.outside.Verify(ctx, p.Name, p.ID)
}

// dots are the ways the point inside a name of a minority nationality is typed;
// the first is the standard one (GB/T: U+00B7).
const dots = "·•・‧∙.。"

// Spellings gives the ways a name may be registered: as it was said, without
// spaces, and with the standard point and with its rivals when it has one.
func Spellings(name string) []string {
	name = strings.Join(strings.Fields(name), "")
	list := []string{name}
	if !strings.ContainsAny(name, dots) {
		return list
	}
	for _, dot := range dots {
		other := strings.Map(func(r rune) rune {
			if strings.ContainsRune(dots, r) {
				return dot
			}
			return r
		}, name)
		if other != name {
			list = append(list, other)
		}
	}
	return list
}

// Save writes an answer.
func (c *Checker) Save(ctx context.Context, tx *pg.Tx, p Person, a Answer) error {
	_, err := tx.Exec(ctx, `insert into identity_check (application, case_id, region, at, outcome, by_whom, code)
		values ($1, $2, $3, $4, $5, $6, $7)`, p.Application, p.Case, p.Region, tx.Now(), a.Outcome, a.By, a.Code)
	return pg.Fail(err, "write an identity check")
}

// Last reads the newest answer and how many were written; zero tries means that
// nobody was asked yet.
func (c *Checker) Last(ctx context.Context, tx *pg.Tx, application core.ApplicationID) (a Answer, tries int, err error) {
	var outcome, by, code *string
	err = tx.QueryRow(ctx, `select count(*), (array_agg(outcome order by id desc))[1], (array_agg(by_whom order by id desc))[1],
		(array_agg(code order by id desc))[1] from identity_check where application = $1`, application).Scan(&tries, &outcome, &by, &code)
	if err != nil {
		return a, 0, pg.Fail(err, "read the identity checks of an application")
	}
	if tries > 0 {
		a = Answer{Outcome(*outcome), *by, *code}
	}
	return a, tries, nil
}

// maxTries ends the asking: after about two days a person looks at the papers.
const maxTries = 9

// Again says how long to wait before asking again after so many tries, and false
// when asking should end. A day's quota that is used up waits for the next day.
func Again(a Answer, tries int) (time.Duration, bool) {
	if a.Final() || tries >= maxTries {
		return 0, false
	}
	if a.Code == codeQuota {
		return 24 * time.Hour, true
	}
	return min(time.Minute<<(2*max(0, tries-1)), 12*time.Hour), true
}
