package township

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
)

// What goes along on a device: visits of the next days, few enough that a lost phone holds one
// week's work of one person and not a township.
const (
	takeAhead = 3  // days
	takeMost  = 60 // visits
	takeFor   = 7  // days, after which the device forgets what it took along
)

// visits is the page on which a visitor works without network. It holds nothing of anybody: what
// is shown on it the device has taken along before, sealed.
func (t *Room) visits(w http.ResponseWriter, _ *http.Request, at desk.At) error {
	return at.Page.Part(w, "township", "visits-page", visitsPage{Who: tagOf(at)})
}

type visitsPage struct{ Who string }

// tagOf tells one visitor from another on one device. It is of the account's number and of no
// use elsewhere.
func tagOf(at desk.At) string {
	sum := sha256.Sum256([]byte("visits\n" + strconv.FormatInt(int64(at.Staff.ID), 10)))
	return hex.EncodeToString(sum[:8])
}

func visitShell(w http.ResponseWriter, _ *http.Request, p *desk.Pages) error {
	return p.Part(w, "township", "visits-page", visitsPage{})
}

// taken is one visit as a device keeps it.
type taken struct {
	Visit  int64       `json:"visit"`
	Case   core.CaseID `json:"case"`
	On     string      `json:"on"`
	Title  string      `json:"title"` // whose, how many
	Where  string      `json:"where"`
	Mate   string      `json:"mate"`  // who goes too
	HTML   string      `json:"html"`  // the form, as the page of the case has it
	Facts  int         `json:"facts"` // the version that the form shows
	Urgent bool        `json:"urgent,omitempty"`
}

// packed is all that somebody takes along.
type packed struct {
	Who   string  `json:"who"`
	At    string  `json:"at"`
	Until string  `json:"until"` // when the device forgets it
	Homes []taken `json:"homes"`
	Waits int     `json:"waits,omitempty"` // records of the other visitor that wait for this one's word
	Kin   int     `json:"kin,omitempty"`   // left out: whoever goes is kin by now
}

// pack reads what somebody's visits of the next days need, and notes that they have it: each case
// is a read of its own in the log.
func (t *Room) pack(w http.ResponseWriter, r *http.Request, at desk.At) error {
	p := packed{Who: tagOf(at)}
	var views []casefile.View
	var plans []casefile.Visit
	err := t.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		views, plans, p.Kin = nil, nil, 0
		list, err := t.d.Cases.ToTake(ctx, tx, at.Staff.ID, tx.Today()+takeAhead, takeMost)
		if err != nil {
			return err
		}
		p.At, p.Until = tx.Now().Format(time.RFC3339), tx.Now().AddDate(0, 0, takeFor).Format(time.RFC3339)
		var ids []int64
		for _, plan := range list {
			v, err := t.d.Cases.ViewToTake(ctx, tx, plan.Case, casefile.As(at.Staff))
			if errors.Is(err, casefile.ErrConflictOfInterest) {
				p.Kin++
				continue
			}
			if err != nil {
				return err
			}
			views, plans, ids = append(views, v), append(plans, plan), append(ids, plan.ID)
		}
		if p.Waits, err = t.d.Cases.ToSecond(ctx, tx, at.Staff.ID); err != nil {
			return err
		}
		return t.d.Cases.Take(ctx, tx, ids, at.Staff.ID)
	})
	if err != nil {
		return err
	}
	names, err := t.visitorNames(r.Context(), plans)
	if err != nil {
		return err
	}
	for i, v := range views {
		one, err := t.taking(at, v, plans[i], names)
		if err != nil {
			return err
		}
		p.Homes = append(p.Homes, one)
	}
	return desk.JSON(w, http.StatusOK, p)
}

func (t *Room) visitorNames(ctx context.Context, plans []casefile.Visit) (map[core.StaffID]string, error) {
	var ids []core.StaffID
	for _, p := range plans {
		ids = append(ids, p.First, p.Second)
	}
	return t.d.Staff.Names(ctx, ids...)
}

// homeForm is the form of one household.
type homeForm struct {
	View    casefile.View
	Plan    casefile.Visit
	Confirm []asking
	Open    []string // what has to be asked, in words
	First   string   // the names of the two who sign
	Second  string
}

func (t *Room) taking(at desk.At, v casefile.View, plan casefile.Visit, names map[core.StaffID]string) (taken, error) {
	f := homeForm{View: v, Plan: plan, Confirm: askings(v), First: names[plan.First], Second: names[plan.Second]}
	for _, a := range f.Confirm {
		for _, row := range a.Rows {
			if row.Open {
				f.Open = append(f.Open, strings.TrimSpace(a.Name+" "+row.Label))
			}
		}
	}
	html, err := at.Page.Text("township", "visit-home", f)
	mate := f.First
	if plan.First == at.Staff.ID {
		mate = f.Second
	}
	return taken{plan.ID, v.ID, plan.Planned.Say(), v.Applicant + "家 · " + strconv.Itoa(len(v.Members)) + " 口人",
		strings.TrimSpace(v.Town + v.VillageName + " " + v.Address), mate, html, v.Facts.Version, v.Urgent}, err
}

//go:embed visits-sw.js
var visitScript string

// visitFiles are what the service worker keeps of the desk's files.
var visitFiles = []string{"tokens.css", "desk.css", "forms.css", "visits.css", "visits-kept.js", "visits.js", "sign.js", "vendor/signature_pad-5.1.4.umd.min.js"}

// visitWorker is the service worker of the page; what it keeps is named by content, so that it
// changes when one of the files does.
func visitWorker(w http.ResponseWriter, _ *http.Request, p *desk.Pages) error {
	shell, err := p.Text("township", "visits-page", visitsPage{})
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(shell))
	files := []string{"/desk/township/visits/shell", "/desk/township/visits/manifest.json"}
	for _, name := range visitFiles {
		files = append(files, p.Asset(name))
	}
	list, err := json.Marshal(files)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	_, err = w.Write([]byte(strings.NewReplacer("VERSION", hex.EncodeToString(sum[:6]), "[FILES]", string(list)).Replace(visitScript)))
	return err
}

func visitManifest(w http.ResponseWriter, _ *http.Request, _ *desk.Pages) error {
	return desk.JSON(w, http.StatusOK, map[string]any{"name": "莲藕 · 入户", "short_name": "入户", "lang": "zh-CN", "start_url": "/desk/township/visits/", "scope": "/desk/township/visits/",
		"display": "standalone", "background_color": "#f6f4ee", "theme_color": "#1f6650", "icons": []map[string]string{{"src": "/favicon.ico", "sizes": "any", "type": "image/svg+xml"}}})
}
