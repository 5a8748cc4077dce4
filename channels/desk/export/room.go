package export

import (
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/export"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/staff"
	"lianou/core/trail"
)

//go:embed templates/*.html
var templates embed.FS

// Deps are what the room works with; all are required.
type Deps struct {
	DB      *pg.DB
	Exports *export.Exports
	Cases   *casefile.Store
	Payout  *payout.Payout
	Trail   *trail.Walker
	Staff   *staff.Staff
}

// Room is the room of files.
type Room struct{ d Deps }

// New makes the room.
func New(d Deps) *Room { return &Room{d} }

// Templates gives the room's pages to the shell.
func (k *Room) Templates() fs.FS { return templates }

// Desk is the room's rows of the route table.
func (k *Room) Desk() desk.Room {
	pay, town, look := []staff.Role{staff.Payer}, []staff.Role{staff.Officer, staff.Approver, staff.County}, []staff.Role{staff.Auditor}
	all := slices.Concat(pay, town, look)
	const file = "/export/file/{file}"
	return desk.Room{Name: "export", Title: "导出", Roles: all, Home: "/export", Routes: []desk.Route{
		{Method: "GET", Path: "/export", Roles: all, Trace: "none: names of files, counts and sums", Serve: k.list},
		{Method: "POST", Path: "/export/batch", Roles: pay, Trace: "export.made", Serve: k.batch},
		{Method: "POST", Path: "/export/cases", Roles: town, Trace: "export.made", Serve: k.cases},
		{Method: "POST", Path: "/export/sample", Roles: look, Trace: "export.made", Serve: k.sample},
		{Method: "GET", Path: file, Roles: all, Trace: "none: counts, a sum and a digest", Serve: k.file},
		{Method: "POST", Path: file + "/agree", Roles: all, Trace: "export.agreed", Serve: k.agree},
		{Method: "POST", Path: file + "/decline", Roles: all, Trace: "export.declined", Serve: k.decline},
		{Method: "POST", Path: file + "/take", Roles: all, Trace: "export.taken", Serve: k.take},
	}}
}

// Words are the formatting functions of this room's templates.
func (k *Room) Words() template.FuncMap {
	return template.FuncMap{"whole": func(d core.Date) string { return d.SayWhole() }}
}

type listPage struct {
	Said               string
	Files              []export.File
	Me                 core.StaffID
	Pays, Works, Looks bool
	Batches            []payout.Batch
	First, Last        core.Date
	Purposes           []export.Purpose
}

func (k *Room) list(w http.ResponseWriter, r *http.Request, at desk.At) error {
	p := listPage{Said: desk.Said(w, r), Purposes: export.Purposes(), Me: at.Staff.ID, Pays: export.MayMake(at.Staff, export.Batch), Works: export.MayMake(at.Staff, export.Cases), Looks: export.MayMake(at.Staff, export.Sample)}
	var err error
	if p.Files, err = k.d.Exports.List(r.Context(), at.Staff); err != nil {
		return err
	}
	err = k.d.DB.Read(r.Context(), at.Staff.Scope(), k.days(&p))
	if err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "export", Name: "export", Title: "导出"}, p)
}

type filePage struct {
	Said string
	export.File
	Mine  bool
	Names map[core.StaffID]string
}

func (k *Room) file(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	p := filePage{Said: desk.Said(w, r)}
	if p.File, err = k.d.Exports.Get(r.Context(), at.Staff, id); err != nil {
		return err
	}
	p.Mine = p.MadeBy == at.Staff.ID
	if p.Names, err = k.d.Staff.Names(r.Context(), p.MadeBy, p.AgreedBy, p.Declined); err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "export", Name: "file", Title: "导出的文件"}, p)
}

func (k *Room) agree(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	if r.FormValue("sure") == "" {
		return core.Invalid("sure", "请看过行数、合计和用途,再打钩。")
	}
	if err := k.d.Exports.Agree(r.Context(), at.Staff, id, r.FormValue("digest")); err != nil {
		return err
	}
	return desk.Back(w, r, home(id), "同意了。导出的人现在可以下载。")
}

func (k *Room) decline(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	if err := k.d.Exports.Decline(r.Context(), at.Staff, id, r.FormValue("digest")); err != nil {
		return err
	}
	return desk.Back(w, r, home(id), "没有同意。文件已经删了。")
}

// take hands the file out. What leaves is named by its number: a name could tell whose it is.
func (k *Room) take(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	f, raw, err := k.d.Exports.Take(r.Context(), at.Staff, id)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape("莲藕导出"+strconv.FormatInt(f.ID, 10)+".xlsx"))
	h.Set("Cache-Control", "private, no-store")
	_, err = w.Write(raw)
	return err
}

func home(id int64) string { return "/desk/export/file/" + strconv.FormatInt(id, 10) }

func number(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("file"), 10, 64)
	if err != nil || id <= 0 {
		return 0, export.ErrNone
	}
	return id, nil
}
