package bulk

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/seal"
	"lianou/core/tables"
	"lianou/core/wording"
)

// Config is what New needs.
type Config struct {
	DB       *pg.DB             // a pool of the role lianou_import. Required.
	Registry *registry.Registry // Required.
	Ring     *seal.Ring         // seals rows that wait. Required.
	Log      *audit.Log         // one entry a file. Required.
}

// Importer brings files into the registry. It is safe for concurrent use; one file
// is brought in at a time, whoever asks.
type Importer struct{ cfg Config }

// New makes a ready Importer.
func New(cfg Config) (*Importer, error) {
	if cfg.DB == nil || cfg.Registry == nil || cfg.Ring == nil || cfg.Log == nil {
		return nil, core.E(core.KindInternal, "bulk_config", "").Wrap(errors.New("bulk.Config needs DB, Registry, Ring and Log"))
	}
	return &Importer{cfg}, nil
}

// Order says what to bring in.
type Order struct {
	Kind    Kind
	File    *tables.File
	Mapping Mapping
	// Source is the department that says it, such as "registry:disability": two visitors, or
	// two people who decided, have doors of their own. Required.
	Source string
	// Numbers is whose household numbers a file of facts uses. Defaults to Source.
	Numbers string
	// On is since when it is true where a row does not say. Defaults to today.
	On core.Date
	// Confidence of sheets, 1 to 100. Defaults to 90.
	Confidence int
	// MaxRefused is the share of refused rows, in percent, beyond which nothing is
	// written. Defaults to 5; negative: nothing may be refused. A refusal file that comes back
	// mended has no such bound but the last.
	MaxRefused int
	// DryRun looks at everything and writes nothing.
	DryRun bool
	// Refused is told each refused row, as it stood in the file; nil for nobody.
	Refused *RefusalFile
	// Progress is told how far it is, from any goroutine. Optional.
	Progress func(Progress)
	// Actor is who brings it in. Required.
	Actor audit.Actor
}

// Progress is how far a run is. Total is 0 while it is not known.
type Progress struct {
	Phase   string `json:"phase"` // "read", "check", "write"
	Done    int64  `json:"done"`
	Total   int64  `json:"total"`
	Unit    string `json:"unit"` // "bytes" or "rows"
	Rows    int    `json:"rows"`
	Refused int    `json:"refused"`
}

// Result counts what became of a file. Each row is one of added, known, repeated and
// refused. Of facts, a row makes a sheet about its person and one about its household: Sheets
// came in, of which Changed say otherwise than their source did before and Renewed the same for
// a newer day; Known stood there already. Where nothing was written, Would counts what would
// have been: people, or sheets, of which Changed and Renewed.
type Result struct {
	Run        int64 `json:"run"`
	Again      bool  `json:"again"` // the file was brought in before; nothing changed
	Held       bool  `json:"held"`  // too much is refused; nothing was written
	Over       bool  `json:"over"`  // too much is refused: nothing was written, or would be
	Nothing    bool  `json:"nothing_written"`
	Would      int   `json:"would"`
	Rows       int   `json:"rows"`
	People     int   `json:"people"`
	Households int   `json:"households"`
	Sheets     int   `json:"sheets"`
	Changed    int   `json:"changed"`
	Renewed    int   `json:"renewed"`
	Known      int   `json:"known"`
	Repeated   int   `json:"repeated"`
	Refused    int   `json:"refused"`
}

// ErrBusy says that another file is being brought in.
var ErrBusy = core.E(core.KindConflict, "import_busy", "另一个文件正在导入,请等它完成再来。")

// importLock is the advisory lock of the one file at a time.
const importLock = 713_420

// work is one file on its way.
type work struct {
	*Importer
	Order
	layout *layout
	state  *runState
	key    *seal.DataKey
	today  core.Date

	nothing bool // this run writes nothing: what is refused is mended in the file itself
}

// Run brings a file in. It is repeatable: a run that was broken off goes on, and a
// file that is done is a success that changes nothing. Errors: KindInvalid for a file
// or mapping that cannot be used, ErrBusy, and the database's.
func (im *Importer) Run(ctx context.Context, o Order) (Result, error) {
	w := &work{Importer: im, Order: o}
	if err := w.check(); err != nil {
		return Result{}, err
	}
	// Step 1: the header, before anything else of the file.
	if err := w.header(); err != nil {
		return Result{}, err
	}
	free, err := im.lock(ctx)
	if err != nil {
		return Result{}, err
	}
	defer free()
	// Step 2: what is known of this file.
	if err := w.begin(ctx); err != nil {
		return Result{}, err
	}
	if w.state.state == stateDone {
		res := w.state.result()
		res.Again = true
		return res, w.refusals(ctx)
	}
	// Step 3: every row is looked at, unless that was done when the run was broken off.
	if !w.state.ready {
		if err := w.stage(ctx); err != nil {
			return Result{}, err
		}
		if err := w.compare(ctx); err != nil {
			return Result{}, err
		}
	}
	switch {
	case w.DryRun && w.state.ready: // a run that was broken off is left as it is
		return w.untouched(ctx)
	case w.stops(w.state):
		return w.stop(ctx)
	}
	// Step 4: batch by batch, into the registry. NOTE: from the first batch on the run
	// says 'writing' and can only be finished.
	if err := w.write(ctx); err != nil {
		return w.state.result(), err
	}
	// Step 5: what was refused goes back, and the run is done.
	if err := w.refusals(ctx); err != nil {
		return w.state.result(), err
	}
	return w.state.result(), w.finish(ctx)
}

// stops reports whether nothing is to be written: it is a trial, or too much is
// refused. What has begun to be written is finished whatever turns up later.
func (w *work) stops(s *runState) bool { return w.DryRun || w.over(s) }

// over reports whether more is refused than may be, and nothing is written yet. Of a refusal
// file that comes back, whose rows were all wrong once, any share may be: one of two is not
// half a file gone wrong. Where nothing may be refused, nothing may be in it either.
func (w *work) over(s *runState) bool {
	most := w.MaxRefused
	if most > 0 && w.layout.back() {
		most = 100
	}
	begun := s.people+s.sheets > 0
	return !begun && s.refused*100 > s.rows*most
}

// departments are the sources that a file may speak as (registry.Kind). A single hand does
// not overrule a department, so neither may a file call itself what outranks one.
var departments = regexp.MustCompile(`^registry:[a-z0-9_-]{1,32}(:[a-z0-9_-]{1,16})?$`)

// isDepartment reports whether a source is a department there is a word for: of another one every
// page would say no more than that some department has it.
func isDepartment(source string) bool {
	kind, _, _ := strings.Cut(strings.TrimPrefix(source, "registry:"), ":")
	return departments.MatchString(source) && slices.ContainsFunc(wording.Keepers(), func(k wording.Keeper) bool { return k.Kind == kind })
}

func unknownSource(field, what string) error {
	var all []string
	for _, k := range wording.Keepers() {
		all = append(all, "registry:"+k.Kind+"("+k.Name+")")
	}
	return core.Invalid(field, "写明"+what+",只认这些:"+strings.Join(all, "、")+"。一个部门分几处报的,后面再加冒号和代号,例如 registry:disability:371426。")
}

func (w *work) check() error {
	if w.Kind != People && w.Kind != Facts || w.File == nil || w.Actor.Kind == "" {
		return core.E(core.KindInternal, "bulk_order", "").Wrap(errors.New("bulk.Order needs Kind, File and Actor"))
	}
	if !isDepartment(w.Source) {
		return unknownSource("source", "是哪个部门的数据(--source)")
	}
	if w.Numbers == "" {
		w.Numbers = w.Source
	}
	if !isDepartment(w.Numbers) {
		return unknownSource("numbers", "用的是哪个部门的户号(--numbers)")
	}
	if w.Confidence == 0 {
		w.Confidence = 90
	}
	if w.MaxRefused == 0 {
		w.MaxRefused = 5
	}
	w.MaxRefused = max(w.MaxRefused, 0)
	if w.Confidence < 1 || w.Confidence > 100 || w.MaxRefused > 100 {
		return core.Invalid("share", "可信度写 1 到 100,允许退回的比例写 1 到 100。")
	}
	return nil
}

func (w *work) header() error {
	rows, err := w.File.Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	head, err := rows.Next()
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	w.layout, err = layoutOf(w.Kind, w.Mapping, head)
	return err
}

// runKey is what makes a file the same file again. A new day is a new file where
// the day is not in the rows.
func (w *work) runKey() []byte {
	h := sha256.New()
	for _, part := range [][]byte{w.File.Digest[:], w.Mapping.canonical(), []byte(w.Kind), []byte(w.Source), []byte(w.Numbers), []byte(strconv.Itoa(int(w.On)))} {
		h.Write([]byte(strconv.Itoa(len(part)) + ":"))
		h.Write(part)
	}
	return h.Sum(nil)
}

// lock keeps other imports out until free is called, or this process ends.
func (im *Importer) lock(ctx context.Context) (free func(), err error) {
	// A lock of the session, on a connection of its own: it has no scope and reads nothing.
	conn, err := im.cfg.DB.Pool().Acquire(ctx)
	if err != nil {
		return nil, pg.Fail(err, "keep other imports out")
	}
	var got bool
	if err := conn.QueryRow(ctx, `select pg_try_advisory_lock($1)`, importLock).Scan(&got); err != nil {
		conn.Release()
		return nil, pg.Fail(err, "keep other imports out")
	}
	if !got {
		conn.Release()
		return nil, ErrBusy
	}
	return func() {
		late := context.WithoutCancel(ctx)
		if _, err := conn.Exec(late, `select pg_advisory_unlock($1)`, importLock); err != nil {
			_ = conn.Conn().Close(late) // the lock goes with the session
		}
		conn.Release()
	}, nil
}

func (w *work) tell(p Progress) {
	if w.Progress != nil {
		w.Progress(p)
	}
}
