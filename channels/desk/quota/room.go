package quota

import (
	"context"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/notify"
	"lianou/core/pg"
	"lianou/core/quota"
	"lianou/core/registry"
	"lianou/core/staff"
)

//go:embed templates/*.html
var templates embed.FS

// Deps are what the room works with; all are required.
type Deps struct {
	DB       *pg.DB
	Quota    *quota.Quota
	Registry *registry.Registry
	Staff    *staff.Staff
	Audit    *audit.Log
}

// Room is the room of scarce places.
type Room struct{ d Deps }

// New makes the room.
func New(d Deps) *Room { return &Room{d} }

// Templates gives the room's pages to the shell.
func (k *Room) Templates() fs.FS { return templates }

// Desk is the room's rows of the route table.
func (k *Room) Desk() desk.Room {
	all, act := []staff.Role{staff.County, staff.City, staff.Auditor}, []staff.Role{staff.County, staff.City}
	town := []staff.Role{staff.Officer, staff.Approver}               // who go to households for rounds of others
	every, near := slices.Concat(all, town), slices.Concat(act, town) // the county is named first: the township is led to its own page
	const round = "/quota/round/{round}"
	return desk.Room{Name: "quota", Title: "名额", Roles: every, Home: "/quota", Routes: []desk.Route{
		{Method: "GET", Path: "/quota/town", Roles: town, Trace: "household.listed", Serve: k.town},
		{Method: "GET", Path: "/quota", Roles: every, Trace: "none: places and counts, no citizen", Serve: k.list},
		{Method: "GET", Path: round, Roles: all, Trace: "household.listed", Serve: k.round},
		{Method: "GET", Path: round + "/why", Roles: all, Trace: "household.listed", Serve: k.why},
		{Method: "GET", Path: round + "/public", Roles: all, Trace: "household.listed", Serve: k.public},
		{Method: "POST", Path: "/quota/open", Roles: act, Trace: "quota.opened", Serve: k.open},
		{Method: "POST", Path: round + "/withdraw", Roles: act, Trace: "quota.withdrawn quota.withdraw_asked", Serve: k.withdraw},
		{Method: "POST", Path: round + "/stay", Roles: act, Trace: "quota.withdraw_taken_back", Serve: k.stay},
		{Method: "POST", Path: round + "/freeze", Roles: act, Trace: "quota.frozen", Serve: k.freeze},
		{Method: "POST", Path: round + "/offer", Roles: act, Trace: "quota.offered", Serve: k.offer},
		{Method: "POST", Path: round + "/try", Roles: near, Trace: "quota.tried", Serve: k.try},
		{Method: "POST", Path: round + "/phone", Roles: near, Trace: "field.revealed", Serve: k.phone},
		{Method: "POST", Path: round + "/visit", Roles: near, Trace: "quota.visited", Serve: k.visit},
		{Method: "POST", Path: round + "/answer", Roles: act, Trace: "quota.accepted quota.decline_asked quota.unreached_asked", Serve: k.answer},
		{Method: "POST", Path: round + "/skip", Roles: act, Trace: "quota.skip_asked", Serve: k.skip},
		{Method: "POST", Path: round + "/second", Roles: act, Trace: "quota.skipped quota.skip_refused quota.declined quota.decline_refused quota.unreached quota.unreached_refused quota.undone quota.undo_refused", Serve: k.second},
		{Method: "POST", Path: round + "/undo", Roles: act, Trace: "quota.undo_asked quota.taken_back", Serve: k.undo},
	}}
}

// Words are the formatting functions of this room's templates.
func (k *Room) Words() template.FuncMap {
	return template.FuncMap{
		"place":   func(c core.RegionCode) string { return k.d.Registry.Regions().FullName(c) },
		"thing":   func(c core.ItemCode) quota.Thing { t, _ := quota.ThingOf(c); return t },
		"whole":   func(d core.Date) string { return d.SayWhole() },
		"hour":    func(t time.Time) string { return t.In(core.China).Format("2006年1月2日 15 点") },
		"short":   func(s string) string { return s[:min(8, len(s))] },
		"how":     func(h quota.How) string { return ways[h] },
		"told":    func(s notify.State) string { return tolds[s] },
		"outcome": func(o quota.Outcome) outcome { return outcomes[o] },
		"undid":   func(o quota.Outcome) string { return undid[o] },
		"two":     func(p roundPage, r row) pageRow { return pageRow{p, r} },
		"prev":    func(n int) int { return n - 1 },
	}
}

var ways = map[quota.How]string{quota.ByCall: "打电话", quota.ByVisit: "上门", quota.ByKin: "托亲戚邻居带话"}

var tolds = map[notify.State]string{notify.Queued: "通知正在发", notify.Sent: "通知发出了,还不知道收到没有", notify.Confirmed: "通知已送到", notify.Untold: "通知没送到,请打电话或上门"}

// outcome is how a page shows where an entry stands.
type outcome struct{ Word, Tone string }

var outcomes = map[quota.Outcome]outcome{quota.Waiting: {"在等", ""}, quota.Offered: {"等答复", "amber"}, quota.Accepted: {"要了", "leaf"}, quota.Declined: {"不要", ""},
	quota.Unreached: {"联系不上", "red"}, quota.Passed: {"先往后放", "amber"}, quota.Out: {"跳过", "red"}}

var undid = map[quota.Outcome]string{quota.Offered: "给他家的名额", quota.Declined: "「他家不要」", quota.Unreached: "「联系不上」", quota.Passed: "跳过", quota.Undoing: "「要退回」"}

// pageRow is one household of a page, for what needs both.
type pageRow struct {
	Page roundPage
	Row  row
}

// in runs a look in one transaction of the officer's scope.
func (k *Room) in(r *http.Request, at desk.At, do func(context.Context, *pg.Tx, registry.Purpose) error) error {
	return k.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		return do(ctx, tx, registry.Purpose{Actor: desk.ActorOf(at), Why: "quota"})
	})
}

func home(id int64) string { return "/desk/quota/round/" + strconv.FormatInt(id, 10) }

func number(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("round"), 10, 64)
	if err != nil || id <= 0 {
		return 0, quota.ErrNone
	}
	return id, nil
}

// entryOf reads which household of the list somebody means, as they saw it.
func entryOf(r *http.Request, name string) (int, error) {
	n, err := strconv.Atoi(r.FormValue(name))
	if err != nil || n < 1 {
		return 0, core.Invalid(name, "请写名单上的第几户。")
	}
	return n, nil
}

// offerOf and seenOf read what stood of the household on the page that somebody acts from;
// of an address that says nothing, nothing, which stands nowhere.
func offerOf(r *http.Request) int64 {
	id, _ := strconv.ParseInt(r.FormValue("offer"), 10, 64)
	return id
}

func seenOf(r *http.Request) quota.Seen { return quota.ParseSeen(r.FormValue("seen")) }
