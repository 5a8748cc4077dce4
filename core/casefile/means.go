package casefile

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// MeansMonths is how long an authorisation holds (a sample figure): the measures name none.
const MeansMonths = 12

// MeansHow is how somebody gave their word that their income and property may be asked after.
type MeansHow string

// The ways. The first is at a door, by whoever applies for themselves.
const (
	MeansOwn    MeansHow = "own"
	MeansVisit  MeansHow = "visit"
	MeansWindow MeansHow = "window"
	MeansCall   MeansHow = "call" // read to them in a call that was recorded
)

// Say is the way in a word, "" for what is none.
func (h MeansHow) Say() string {
	return map[MeansHow]string{MeansOwn: "自己报的时候同意的", MeansVisit: "上门时签的", MeansWindow: "在窗口签的", MeansCall: "电话里念给他听,答应的"}[h]
}

// MeansText is one version of what is agreed to, kept whole.
type MeansText struct{ Version, Words, Digest string }

// Authorisation is what one of a household said of asking departments about their income and
// property (家庭经济状况核对授权).
type Authorisation struct {
	ID          int64
	Member      core.MemberRef
	Name        string
	Agreed      bool
	Version     string // of the text
	Digest      string // of the text
	How         MeansHow
	Signature   core.BlobDigest
	Recording   core.BlobDigest
	Application core.ApplicationID // with which it came, "" for none
	Guardian    string             // who signed in their place, "" for themselves
	Relation    string             // of the guardian to them
	Reason      string             // what somebody said who would not; opened by View only
	At          time.Time
	Expires     core.Date // the last day; of a no the day itself
	TakenBy     core.StaffID

	Withdrawn    time.Time
	WithdrawnBy  core.StaffID
	WithdrawnWhy string // opened by View only
}

// Stands reports whether departments may be asked on this word on a day.
func (a Authorisation) Stands(today core.Date) bool {
	return a.Agreed && a.Withdrawn.IsZero() && today <= a.Expires
}

// MeansPerson is one of a household with what they said, newest first.
type MeansPerson struct {
	Ref   core.MemberRef
	Name  string // "" where nobody has said it
	Minor bool   // their word is not wanted; whose age nobody knows is asked
	Aged  bool   // it is known how old they are, by their number or by what was told
	Words []Authorisation
}

// Standing is the word that stands on a day, nil when none does.
func (p MeansPerson) Standing(today core.Date) *Authorisation {
	for _, a := range p.Words {
		if a.Stands(today) {
			return &a
		}
	}
	return nil
}

// Refused reports whether a no is their last word.
func (p MeansPerson) Refused() bool { return len(p.Words) > 0 && !p.Words[0].Agreed }

// Called is how the desk names them.
func (p MeansPerson) Called() string {
	if p.Name == "" {
		return "没说名字的一口人"
	}
	return p.Name
}

// MeansLacking are the adults whose word is wanted and does not stand on a day.
func MeansLacking(people []MeansPerson, today core.Date) []MeansPerson {
	return slices.DeleteFunc(slices.Clone(people), func(p MeansPerson) bool { return p.Minor || p.Standing(today) != nil })
}

// MeansPeople are those of a case's household with what each of them said, without the words that
// are sealed.
func (s *Store) MeansPeople(ctx context.Context, tx *pg.Tx, c Case) ([]MeansPerson, error) {
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	return s.meansPeople(ctx, tx, c, b, false)
}

func (s *Store) meansPeople(ctx context.Context, tx *pg.Tx, c Case, b box, open bool) ([]MeansPerson, error) {
	ages, err := s.ages(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	words, err := s.authorisations(ctx, tx, c, b, open)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `select ref, name, id_number from case_member where case_id = $1 and ended is null order by ref`, c.ID)
	if err != nil {
		return nil, pg.Fail(err, "read whose word is wanted")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (p MeansPerson, err error) {
		var sealed []byte
		if err := r.Scan(&p.Ref, &p.Name, &sealed); err != nil {
			return p, err
		}
		plain, err := b.get("case_member", "id_number/"+string(p.Ref), sealed)
		if err != nil {
			return p, err
		}
		p.Minor, p.Aged = minor(plain, ages[p.Ref], tx.Today())
		return p, nil
	})
	if err != nil {
		return nil, pg.Fail(err, "read whose word is wanted")
	}
	for i, p := range list {
		for _, a := range words {
			// Another application may have taken the first one's place, with other people by the same refs.
			if a.Member == p.Ref && (p.Name == "" || a.Name == p.Name) {
				list[i].Words = append(list[i].Words, a)
			}
		}
	}
	return list, nil
}

// minor goes by the number, and else by the age that was told; known reports whether there is either.
func minor(number string, age *int, today core.Date) (is, known bool) {
	if id, err := core.ParseID(number, today); err == nil {
		return id.Birth().AddDate(core.Adult, 0, 0) > today, true
	}
	return age != nil && *age < core.Adult, age != nil
}

// ages are those of the newest facts, in full years; nil where nobody knows.
func (s *Store) ages(ctx context.Context, tx *pg.Tx, c Case) (map[core.MemberRef]*int, error) {
	out := map[core.MemberRef]*int{}
	if c.FactsVersion == 0 {
		return out, nil
	}
	f, err := s.Facts(ctx, tx, c.ID, c.FactsVersion)
	for _, m := range f.Household.Members {
		out[m.Ref] = m.Age
	}
	return out, err
}

// authorisations reads those of a case, newest first.
func (s *Store) authorisations(ctx context.Context, tx *pg.Tx, c Case, b box, open bool) ([]Authorisation, error) {
	rows, err := tx.Query(ctx, `select id, member, name, agreed, version, digest, how, signature, recording, coalesce(application::text, ''), guardian, relation, reason,
		at, expires, coalesce(taken_by, 0), withdrawn, coalesce(withdrawn_by, 0), withdrawn_why from means_authorisation where case_id = $1 order by id desc`, c.ID)
	if err != nil {
		return nil, pg.Fail(err, "read authorisations")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (a Authorisation, err error) {
		var reason, why []byte
		var expires time.Time
		var withdrawn *time.Time
		err = r.Scan(&a.ID, &a.Member, &a.Name, &a.Agreed, &a.Version, &a.Digest, &a.How, &a.Signature, &a.Recording, &a.Application, &a.Guardian, &a.Relation, &reason,
			&a.At, &expires, &a.TakenBy, &withdrawn, &a.WithdrawnBy, &why)
		if err != nil {
			return a, err
		}
		a.Expires, a.Withdrawn = dayOf(&expires), timeOf(withdrawn)
		if !open {
			return a, nil
		}
		if a.Reason, err = b.get("means_authorisation", meansReason(a.Member, a.At), reason); err != nil {
			return a, err
		}
		a.WithdrawnWhy, err = b.get("means_authorisation", meansWhy(a.ID), why)
		return a, err
	})
	return list, pg.Fail(err, "read authorisations")
}

// meansReason binds why somebody would not to who and when: the row has no number yet.
func meansReason(ref core.MemberRef, at time.Time) string {
	return "reason/" + string(ref) + "/" + strconv.FormatInt(at.UnixMicro(), 10)
}

func meansWhy(id int64) string { return "why/" + strconv.FormatInt(id, 10) }

// meansNames lists people for a sentence.
func meansNames(people []MeansPerson) string {
	names := make([]string, 0, len(people))
	for _, p := range people {
		names = append(names, p.Called())
	}
	return strings.Join(names, "、")
}

// situationMeans reads whose word is wanted where something of a visit waits for it.
func (s *Store) situationMeans(ctx context.Context, tx *pg.Tx, out *Situation) (err error) {
	if out.Held != nil {
		out.Means, err = s.MeansPeople(ctx, tx, out.Case)
	}
	return err
}

// mayCheckMeans: departments are asked by one of the two who were there, with the word of every
// adult. This act alone waits for it.
func mayCheckMeans(s Situation, _ Claim, a Actor) error {
	switch {
	case s.Held == nil:
		return ErrMovedOn
	case a.Staff != s.Held.First && a.Staff != s.Held.Second:
		return ErrNotYours
	}
	return MeansMissing(s.Means, s.Today)
}

// IsMeans reports whether a fact at a path is the household's income or property, which departments
// are asked about with every adult's word alone.
func IsMeans(path string) bool {
	return slices.Contains([]string{"income_per_capita_month", "income_12m", "financial_assets_per_capita", "houses", "cars", "car_value",
		"business_with_staff", "owns_home"}, path)
}

// MeansMissing says whose word is missing and how it is got, nil when nobody's is.
func MeansMissing(people []MeansPerson, today core.Date) error {
	lacking := MeansLacking(people, today)
	if len(lacking) == 0 {
		return nil
	}
	say := "还差" + meansNames(lacking) + "同意核对收入财产。上门时签、到窗口签,或者在录音的电话里念给他听。别的照办,不用等。"
	no := slices.DeleteFunc(slices.Clone(lacking), func(p MeansPerson) bool { return !p.Refused() })
	if len(no) > 0 {
		say = meansNames(no) + "不同意核对收入财产,不能去问部门。请按看到的往下办,不因为这个不帮;拿不准的,提请一事一议。"
	}
	return errNotNow("means_unauthorised", say)
}
