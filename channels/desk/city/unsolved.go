package city

import (
	"context"
	"net/http"
	"strconv"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/workflow"
)

// mostUnsolved bounds the list: the most pressing.
const mostUnsolved = 50

// notSolved is one line of what lies with the city, with the county it comes from.
type notSolved struct {
	casefile.NotSolved
	County string
}

// unsolved lists what households say is not solved after county and township have answered. Nobody's
// name and no word of anybody stands in the list.
func (c *Room) unsolved(w http.ResponseWriter, r *http.Request, at desk.At) error {
	var list []casefile.NotSolved
	err := c.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		if list, err = c.d.Cases.UnsolvedWaiting(ctx, tx, cityOnly(at), mostUnsolved); err != nil {
			return err
		}
		ids := make([]int64, 0, len(list))
		for _, one := range list {
			ids = append(ids, int64(one.Case))
		}
		return c.d.Audit.Write(ctx, tx, audit.Listed(audit.Listing{Actor: desk.ActorOf(at), Act: "case.listed", IDs: ids, Purpose: "没有解决"}))
	})
	if err != nil {
		return err
	}
	names, err := c.d.Staff.Names(r.Context(), hands(list)...)
	if err != nil {
		return err
	}
	rows := make([]notSolved, 0, len(list))
	for _, one := range list {
		one.Name = names[one.Who]
		rows = append(rows, notSolved{one, c.county(one)})
	}
	return at.Page.Part(w, "city", "unsolved-list", rows)
}

// hands are those who have one by name.
func hands(list []casefile.NotSolved) (ids []core.StaffID) {
	for _, one := range list {
		if one.Who != 0 {
			ids = append(ids, one.Who)
		}
	}
	return ids
}

func (c *Room) county(one casefile.NotSolved) string {
	place, _ := c.d.Regions.Place(one.Region.County())
	return place.Name
}

// cityOnly is whoever reads in their part of the city: what they may do elsewhere is done there.
func cityOnly(at desk.At) casefile.Actor {
	a := casefile.As(at.Staff)
	a.Roles = []casefile.Role{casefile.RoleCity}
	return a
}

// unsolvedPage is one of them with what was said and answered before.
type unsolvedPage struct {
	casefile.UnsolvedRead
	County string
	Names  map[core.StaffID]string
}

func unsolvedID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("unsolved"), 10, 64)
	if err != nil || id <= 0 {
		return 0, core.E(core.KindNotFound, "not_found", "没有这一条,或者已经答复了。")
	}
	return id, nil
}

// readUnsolved opens one, and writes down who looked.
func (c *Room) readUnsolved(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := unsolvedID(r)
	if err != nil {
		return err
	}
	var p unsolvedPage
	err = c.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		p.UnsolvedRead, err = c.d.Cases.ReadUnsolved(ctx, tx, id, cityOnly(at))
		return err
	})
	if err != nil {
		return err
	}
	ids := []core.StaffID{p.Who}
	for _, u := range p.Before {
		ids = append(ids, u.By)
	}
	if p.Names, err = c.d.Staff.Names(r.Context(), ids...); err != nil {
		return err
	}
	p.County = c.county(p.NotSolved)
	return at.Page.Show(w, at, desk.View{Room: "city", Name: "unsolved", Title: "没有解决"}, p)
}

// answerUnsolved is the city's word on it.
func (c *Room) answerUnsolved(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := unsolvedID(r)
	if err != nil {
		return err
	}
	claim, err := strconv.ParseInt(r.FormValue("claim"), 10, 64)
	outcome := casefile.UnsolvedState(r.FormValue("outcome"))
	if err != nil || outcome != casefile.UnsolvedSolved && outcome != casefile.UnsolvedStands {
		return core.Invalid("outcome", "请选:办了,还是照原来的。")
	}
	err = c.d.Flow.AnswerUnsolved(r.Context(), cityOnly(at), workflow.AnswerUnsolved{Claim: core.ClaimID(claim), Saw: id, Solved: outcome == casefile.UnsolvedSolved, Words: r.FormValue("reason")})
	if err != nil {
		return err
	}
	return desk.Back(w, r, "/desk/city", "答复了,会告诉本人。")
}
