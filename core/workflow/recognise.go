package workflow

import (
	"context"
	"errors"
	"slices"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/realname"
	"lianou/core/registry"
)

// recognised is what the register knows of the people in an application.
type recognised struct {
	household core.HouseholdID
	persons   map[core.MemberRef]core.PersonID
	refs      map[core.MemberRef]core.MemberRef // the register's ref to the application's
	misnamed  core.HouseholdID                  // of the applicant's number, given under another name: matches nobody
	relative  bool                              // somebody named is registered in a household, and the applicant is not
	hashes    [][]byte                          // of the numbers in the application, whether or not the register knows them
	extra     []core.NamedMember                // of the household, not named in the application, with the refs they have or get
}

func (r recognised) applicant(app *core.Application) core.PersonID {
	return r.persons[app.Applicant.Ref]
}

// recognise finds the named members in the register by number and name, takes the
// household of the applicant, and finds the other members in it by name. A number
// under another name is nobody's, and who names a member of some household has not
// become one of it: whoever bought a list knows names and numbers, and a person looks
// (security.md P20).
func (f *Flow) recognise(ctx context.Context, tx *pg.Tx, app *core.Application) (recognised, error) {
	r := recognised{persons: map[core.MemberRef]core.PersonID{}, refs: map[core.MemberRef]core.MemberRef{}}
	why := because("case.open", 0, app.ID)
	for _, m := range named(app) {
		if hash := f.Registry.NumberBlind(m.ID); hash != nil {
			r.hashes = append(r.hashes, hash)
		}
		p, err := f.Registry.PersonByID(ctx, tx, why, m.ID)
		if errors.Is(err, registry.ErrUnknown) {
			continue
		}
		if err != nil {
			return r, err
		}
		if !slices.ContainsFunc(realname.Spellings(m.Name), func(s string) bool { return slices.Contains(realname.Spellings(p.Name), s) }) {
			if m.Ref == app.Applicant.Ref {
				r.misnamed = p.Household
			}
			continue
		}
		r.persons[m.Ref] = p.ID
		if m.Ref == app.Applicant.Ref {
			r.household = p.Household
		}
		r.relative = r.relative || p.Household != 0
	}
	r.relative = r.relative && r.household == 0
	if r.household == 0 {
		return r, nil
	}
	members, err := f.Registry.Members(ctx, tx, why, r.household)
	if err != nil {
		return r, err
	}
	r.tie(app, members)
	return r, nil
}

// tie gives each member of the register's household its ref in the application: by number
// or name, else by who they must be. It keeps those whom the application does not name.
func (r *recognised) tie(app *core.Application, members []registry.Member) {
	tied, used := map[core.MemberRef]bool{}, map[core.MemberRef]bool{}
	for _, m := range app.Household.Members {
		used[m.Ref] = true
	}
	var rest []registry.Member
	for _, m := range members {
		ref := r.refOf(app, m, tied)
		if ref == "" {
			rest = append(rest, m)
			continue
		}
		tied[ref] = true
		r.persons[ref], r.refs[m.Ref] = m.Person.ID, ref
	}
	same := r.alike(app, members, rest)
	for _, m := range rest {
		ref := same[m.Ref]
		if ref == "" {
			for ref = m.Ref; used[ref]; ref = "r" + ref {
			}
			used[ref] = true
		}
		r.extra = append(r.extra, core.NamedMember{Ref: ref, Name: m.Person.Name, ID: m.Person.IDNumber})
		r.persons[ref], r.refs[m.Ref] = m.Person.ID, ref
	}
}

func (r *recognised) refOf(app *core.Application, m registry.Member, tied map[core.MemberRef]bool) core.MemberRef {
	for ref, person := range r.persons {
		if person == m.Person.ID && !tied[ref] {
			return ref
		}
	}
	for _, n := range named(app) {
		if n.ID.IsZero() && n.Name != "" && n.Name == m.Person.Name && !tied[n.Ref] {
			return n.Ref
		}
	}
	return ""
}

// named lists the people of an application, the applicant's number included.
func named(app *core.Application) []core.NamedMember {
	list := make([]core.NamedMember, 0, len(app.People)+1)
	found := false
	for _, p := range app.People {
		if p.Ref == app.Applicant.Ref {
			found = true
			if p.ID.IsZero() {
				p.ID = app.Applicant.ID
			}
		}
		list = append(list, p)
	}
	if !found {
		list = append(list, core.NamedMember{Ref: app.Applicant.Ref, Name: app.Applicant.Name, ID: app.Applicant.ID})
	}
	return list
}

// conflicts stores which members of staff are near relatives of the household: declared,
// or of one household with it now or before.
func (f *Flow) conflicts(ctx context.Context, tx *pg.Tx, c casefile.Case, known recognised) error {
	ids := make([]core.PersonID, 0, len(known.persons))
	for _, id := range known.persons {
		ids = append(ids, id)
	}
	kin, err := f.Routing.Kin(ctx, tx, ids, known.hashes)
	if err != nil {
		return err
	}
	return f.Cases.AddConflicts(ctx, tx, c.ID, kin)
}
