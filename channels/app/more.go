package app

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"lianou/channels"
	"lianou/core"
	"lianou/core/blob"
	"lianou/core/casefile"
	"lianou/core/citizen"
	"lianou/core/wording"
	"lianou/intake"
	"lianou/intake/papers"
)

// caseView is one application as its page shows it.
type caseView struct {
	casefile.Status
	Supplement *channels.SupplementAnswer
	Adds       bool   // papers may be added to it
	Promise    string // after some were sent
	Key        string // of what is said against a decision
	Letters    []channels.LetterAnswer
}

// LetterOf is the newest letter about an item, none for one that has none: there a refusal says
// why, by which law, and what would have to be otherwise.
func (v caseView) LetterOf(item core.ItemCode) []channels.LetterAnswer {
	for i, l := range v.Letters {
		if l.Item == item {
			return v.Letters[i : i+1]
		}
	}
	return nil
}

// Waiting reports whether papers came and nobody has looked: it is the officer's turn.
func (v caseView) Waiting() bool { return v.Status.Status == wording.StatusPapersIn }

// Lack is what is asked for, without the stop that its officer may have ended it with.
func (v caseView) Lack() string { return bare(v.Missing.What) }

// Until says how it is brought easiest and calmly until when.
func (v caseView) Until() string { return wording.Bring(v.Missing.How, v.Missing.Until) }

func bare(what string) string { return strings.TrimRight(what, "。 ") }

// homeView is the first page: words to pass on, what is asked for, and whether an interview
// waits to be gone on with. Nothing of what was said in it stands here: others see a first page.
type homeView struct {
	Invite any
	Lacks  []lack
	Begun  bool
}

// lack is what one application lacks.
type lack struct {
	Receipt core.Receipt
	What    string
	Until   string
}

// home gathers the first page. It stands without what is somebody's: who is not logged in,
// and whoever cannot be asked about, has none.
func (c *Channel) home(w http.ResponseWriter, r *http.Request) homeView {
	v := homeView{Invite: c.invitation()}
	if len(r.Cookies()) == 0 {
		return v
	}
	who, err := c.visitor(w, r, false)
	if err != nil {
		return v
	}
	v.Lacks, v.Begun = c.lacks(r, who), c.begun(r, who)
	return v
}

// begun reports whether somebody is in an interview, whatever door it began at.
func (c *Channel) begun(r *http.Request, who citizen.Citizen) bool {
	if c.env.Talks == nil {
		return false
	}
	open, err := c.env.Talks.Open(r.Context(), who.ID)
	if err != nil {
		channels.Refused(r, err)
	}
	return err == nil && open.ID != 0
}

// lacks lists what is asked for of somebody's applications and has not come.
func (c *Channel) lacks(r *http.Request, who citizen.Citizen) (out []lack) {
	list, err := c.door.Statuses(r.Context(), who)
	if err != nil {
		channels.Refused(r, err)
		return nil
	}
	for _, s := range list {
		if s.Missing != nil && s.Status != wording.StatusPapersIn {
			out = append(out, lack{s.Receipt, bare(s.Missing.What), wording.Bring(s.Missing.How, s.Missing.Until)})
		}
	}
	return out
}

// moreView is the page on which papers are added.
type moreView struct {
	Receipt core.Receipt
	Asked   string
	Until   string // in whole sentences
	Key     string
	Note    string
	Kept    []core.BlobDigest // photos that arrived with an earlier try
}

func (c *Channel) casePage(w http.ResponseWriter, r *http.Request) {
	c.own(w, r, func(who citizen.Citizen) {
		s, err := c.door.Status(r, who)
		if err != nil {
			c.sorry(w, r, err)
			return
		}
		v := caseView{Status: s, Adds: true, Key: uuid.NewString()}
		if v.Supplement, err = c.door.Supplement(r.Context(), who, s); err != nil {
			c.sorry(w, r, err)
			return
		}
		if v.Letters, err = c.door.Letters(r, who, s); err != nil {
			c.sorry(w, r, err)
			return
		}
		if n, err := strconv.Atoi(r.URL.Query().Get("sent")); err == nil && n >= 0 && n <= papers.MostPapers {
			v.Promise = channels.HandedIn(s, n)
		}
		if r.URL.Query().Has("wrong") {
			v.Promise = channels.AppealSent
		}
		if r.URL.Query().Has("unsolved") {
			v.Promise = wording.UnsolvedSent
		}
		c.show(w, r, http.StatusOK, "case", view{Title: "办到哪了", Data: v})
	})
}

func (c *Channel) morePage(w http.ResponseWriter, r *http.Request) {
	c.own(w, r, func(who citizen.Citizen) { c.showMore(w, r, who, moreView{Key: uuid.NewString()}, nil) })
}

func (c *Channel) showMore(w http.ResponseWriter, r *http.Request, who citizen.Citizen, v moreView, fault error) {
	s, err := c.door.Status(r, who)
	if err != nil {
		c.sorry(w, r, err)
		return
	}
	v.Receipt = s.Receipt
	if m := s.Missing; m != nil {
		v.Asked, v.Until = bare(m.What), wording.Bring(m.How, m.Until)
	}
	page, status := view{Title: "补材料", Data: v}, http.StatusOK
	if fault != nil {
		status, page.Error, page.Field = c.fault(w, r, fault)
	}
	c.show(w, r, status, "more", page)
}

// morePost keeps the photos and hands them in. Whatever fails, the page comes back with
// what had arrived, under the same key.
func (c *Channel) morePost(w http.ResponseWriter, r *http.Request) {
	who, err := c.visitor(w, r, false)
	if err != nil {
		c.sorry(w, r, err)
		return
	}
	sent, err := readPage(r)
	if err != nil {
		c.sorry(w, r, err)
		return
	}
	v := moreView{Key: sent.values["key"], Note: sent.values["note"]}
	if v.Kept, err = c.morePhotos(r, who, sent); err == nil {
		_, _, err = c.door.HandInPapers(r, who, v.body())
	}
	if err != nil {
		c.showMore(w, r, who, v, err)
		return
	}
	receipt, err := intake.ParseReceipt(r.PathValue("receipt"))
	if err != nil {
		c.sorry(w, r, err)
		return
	}
	http.Redirect(w, r, fmt.Sprintf("/c/app/mine/%s?sent=%d", receipt, len(v.Kept)), http.StatusSeeOther)
}

func (v moreView) body() channels.PapersBody {
	in := channels.PapersBody{Key: v.Key, Note: v.Note}
	for _, d := range v.Kept {
		in.Papers = append(in.Papers, intake.PaperForm{Kind: string(core.PaperOther), Digest: string(d)})
	}
	return in
}

// morePhotos keeps what the page brought, after what had arrived with an earlier try; the
// same photo counts once.
func (c *Channel) morePhotos(r *http.Request, who citizen.Citizen, sent page) (kept []core.BlobDigest, err error) {
	for _, one := range strings.Fields(sent.values["kept"]) {
		if d, err := blob.ParseDigest(one); err == nil && len(kept) < papers.MostPapers {
			kept = append(kept, d)
		}
	}
	names := slices.Sorted(maps.Keys(sent.files))
	if len(kept)+len(names) > papers.MostPapers {
		return kept, core.Invalid("papers", "照片太多了,一次最多 9 张。多的下一次再补。")
	}
	for _, name := range names {
		info, err := c.door.Keep(r.Context(), who, string(core.PaperOther), sent.files[name])
		if err != nil {
			return kept, err
		}
		if !slices.Contains(kept, info.Digest) {
			kept = append(kept, info.Digest)
		}
	}
	return kept, nil
}

// moneyView is the money of one's applications, month by month.
type moneyView struct {
	Months []moneyMonth
	Next   string // the last id of this page, when there are more
}

type moneyMonth struct {
	Title string
	List  []channels.PayoutAnswer
}

// moneyPage says of each sum whether it has come. Sums that are samples say so.
func (c *Channel) moneyPage(w http.ResponseWriter, r *http.Request) {
	c.own(w, r, func(who citizen.Citizen) {
		list, next, err := c.door.Payouts(r.Context(), who, r.URL.Query().Get("after"))
		if err != nil {
			c.sorry(w, r, err)
			return
		}
		c.show(w, r, http.StatusOK, "money", view{Title: "钱到哪了", Data: moneyView{monthsOf(list), next}})
	})
}

// monthsOf groups money by the month it is for, the newest first.
func monthsOf(list []channels.PayoutAnswer) (out []moneyMonth) {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b channels.PayoutAnswer) int { return strings.Compare(b.Period, a.Period) })
	for _, p := range list {
		year, month, _ := strings.Cut(p.Period, "-")
		title := year + " 年 " + strings.TrimPrefix(month, "0") + " 月"
		if n := len(out); n == 0 || out[n-1].Title != title {
			out = append(out, moneyMonth{Title: title})
		}
		last := &out[len(out)-1]
		last.List = append(last.List, p)
	}
	return out
}
