package people

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/bell"
	"lianou/core/hardship"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/registry/change"
)

// asks is how often one officer may ask for corrections and write down contests in an
// hour (P22): each of them is an hour of somebody else's work.
var asks = bell.Rate{Count: 30, Per: time.Hour}

var errAsks = core.E(core.KindTooMany, "asks_exceeded", "这一小时提得太多了。请等同事核过一些再提。")

// mayAsk takes one of the officer's requests of the hour.
func (p *Room) mayAsk(r *http.Request, at desk.At) error {
	if ok, _ := p.d.Bell.Allow(r.Context(), "people-ask:"+desk.ActorOf(at).ID, asks); !ok {
		return errAsks
	}
	return nil
}

// contestPage is the form by which an officer writes down what somebody disputes of what
// their household's index was made of.
type contestPage struct {
	Asked   asked
	Home    core.HouseholdID
	Name    string
	Factors []factor
	Pick    *factorClaim
	Today   core.Date
	Days    int
	typed
}

// factor is one part of the index with the facts that it is made of.
type factor struct {
	Name   string
	Claims []factorClaim
}

// factorClaim is one such fact, of a member or of the household.
type factorClaim struct {
	claim
	Who          string // "" for the household's
	Part         string
	Of           core.PersonID // 0 for the household's
	Source, Tone string        // who says it, "" of what nobody does
	Counted      string        // what the index counts although nobody said it, "" else
}

func (p *Room) contest(w http.ResponseWriter, r *http.Request, at desk.At) error {
	a, chosen := askedOf(r)
	if !chosen {
		return p.askWhy(w, r, at)
	}
	page, err := p.contestOf(r)
	if err != nil {
		return err
	}
	page.Asked = a
	err = p.look(r, at, a, func(ctx context.Context, tx *pg.Tx, why registry.Purpose) error {
		if err := p.holds(ctx, tx, at, a, page.Home); err != nil {
			return err
		}
		return p.factors(ctx, tx, why, &page)
	})
	if err != nil {
		return err
	}
	if r.FormValue("fact") != "" {
		if page.Pick = page.pick(r); page.Pick == nil {
			return errNoClaim
		}
	}
	return show(w, r, at, desk.View{Room: "people", Name: "contest", Title: "记下异议"}, page)
}

func (p *Room) contestOf(r *http.Request) (contestPage, error) {
	id, err := number(r, "household")
	return contestPage{Home: core.HouseholdID(id), Days: desk.AnswerDays, typed: typed(r.PostForm)}, err
}

// factors reads what the index of a household is made of, as it stands today.
func (p *Room) factors(ctx context.Context, tx *pg.Tx, why registry.Purpose, page *contestPage) error {
	page.Today, page.Factors = tx.Today(), nil
	members, err := p.d.Registry.Members(ctx, tx, why, page.Home)
	if err != nil {
		return err
	}
	if err = p.mayShow(ctx, tx, why, members); err != nil {
		return err
	}
	page.Name = calledAfter(members)
	d, err := p.d.Registry.Dossier(ctx, tx, why, page.Home, registry.AsOf{On: tx.Today(), Known: tx.Now()})
	if err != nil {
		return err
	}
	for i, part := range desk.IndexParts(nil) {
		one := factor{Name: part.Name}
		for _, id := range made(&d.Household)[i] {
			one.Claims = append(one.Claims, factorsOf(d, members, id, part.Name)...)
		}
		page.Factors = append(page.Factors, one)
	}
	return nil
}

// factorsOf lays out one fact: once for the household, or for each member.
func factorsOf(d registry.Dossier, members []registry.Member, id policy.FactID, part string) []factorClaim {
	key, _, _ := strings.Cut(id.Of().Path, ".")
	words, known := answersTo(key, !id.IsMember())
	if !known {
		return nil
	}
	one := func(who string, of core.PersonID) factorClaim {
		source, tone := "", ""
		c := claim{Key: key, Home: of == 0, Label: words.Label, Value: desk.SayFact(of == 0, key, 1, nil), Unit: words.Unit, Open: words.Options}
		for _, f := range d.Facts {
			if f.Person == of && f.Path[strings.LastIndex(f.Path, "/")+1:] == key {
				c.was, c.Since, c.Value = f.Value, f.ValidFrom, desk.SayFact(of == 0, key, f.ValidFrom, f.Value)
				source, tone = desk.SourceOf(core.Provenance{Said: f.Source, At: f.KnownAt})
			}
		}
		return factorClaim{claim: c, Who: who, Part: part, Of: of, Source: source, Tone: tone, Counted: counted(&d.Household, id, c.was != nil)}
	}
	if !id.IsMember() {
		return []factorClaim{one("", 0)}
	}
	var out []factorClaim
	for _, m := range members {
		out = append(out, one(m.Person.Name, m.Person.ID))
	}
	return out
}

// pick finds what the form is about.
func (page contestPage) pick(r *http.Request) *factorClaim {
	of, err := strconv.ParseInt(r.FormValue("of"), 10, 64)
	if err != nil {
		return nil
	}
	for i := range page.Factors {
		for k := range page.Factors[i].Claims {
			if c := &page.Factors[i].Claims[k]; c.Key == r.FormValue("fact") && int64(c.Of) == of {
				return c
			}
		}
	}
	return nil
}

// writeDown keeps a contest. It freezes nothing: the index, the order and every case go on
// as they are until a second person has answered. A sum that leaps is asked about; that it
// contradicts another is what people say, and is not.
func (p *Room) writeDown(w http.ResponseWriter, r *http.Request, at desk.At) error {
	a, chosen := askedOf(r)
	if !chosen {
		return errNoPurpose
	}
	if r.PostFormValue("again") != "" {
		return p.contest(w, r, at)
	}
	page, err := p.contestOf(r)
	if err != nil {
		return err
	}
	if err := p.mayAsk(r, at); err != nil {
		return err
	}
	var due core.Date
	var doubts []unsure
	err = p.look(r, at, a, func(ctx context.Context, tx *pg.Tx, why registry.Purpose) error {
		if err := p.holds(ctx, tx, at, a, page.Home); err != nil {
			return err
		}
		if err := p.factors(ctx, tx, why, &page); err != nil {
			return err
		}
		if err := p.notKin(ctx, tx, why, at, page.Home); err != nil {
			return err
		}
		c := page.pick(r)
		if c == nil {
			return errNoClaim
		}
		ch, err := c.change(r, registry.Person{ID: c.Of, Household: page.Home})
		if err != nil {
			return err
		}
		if doubts = c.leaps(ch.Becomes); len(doubts) > 0 && !sure(r) {
			return nil
		}
		ch.Origin = change.FromCitizen
		due = p.due(tx.Now())
		_, err = p.d.Changes.Propose(ctx, tx, why, ch)
		return err
	})
	if err != nil {
		return err
	}
	if len(doubts) > 0 && !sure(r) {
		return askSure(w, r, at, doubts)
	}
	return desk.Back(w, r, "/desk/people/household/"+strconv.FormatInt(int64(page.Home), 10)+"?"+string(a.Query()), "异议记下了。请告诉本人:"+due.SayWhole()+"前答复,正在办的事照常办。")
}

// due is the last day on which what was contested at a moment is answered and told.
func (p *Room) due(made time.Time) core.Date {
	return p.d.Desk.AnswerBy(core.DateOf(made))
}

// bandsAloud are the bands as somebody is told theirs: a word for how hard, no number and
// no colour, for nobody is a number and a colour says nothing on the phone.
var bandsAloud = map[hardship.Band]string{
	hardship.Red: "特别困难", hardship.Orange: "很困难", hardship.Yellow: "比较困难", hardship.Blue: "有些困难", hardship.None: "暂时不算困难",
}

// aloud is what an officer reads to whoever asks where their household stands (F49).
func aloud(x hardship.Index) string {
	low, high := bandsAloud[hardship.BandOf(x.Min)], bandsAloud[hardship.BandOf(x.Max)]
	said := "按现在知道的情况,您家算“" + low + "”这一档。"
	switch {
	case low != high && hardship.BandOf(x.Min) == hardship.None: // nobody who is poor is told that they are not
		said = "您家的情况还没问清,算哪一档现在说不准,问清了可能到“" + high + "”。"
	case low != high:
		said = "您家现在至少算“" + low + "”这一档。还有几样没问清,问清了可能到“" + high + "”。"
	}
	return said + "这只用来定先看谁家,不定批不批。哪一样您觉得不对,现在就可以说,我记下来," + strconv.Itoa(desk.AnswerDays) + " 个工作日内由另一位同事核过答复您。说了不耽误正在办的事。"
}
