package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"lianou/cmd/internal/boot"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/bulk"
	"lianou/core/seal"
	tabular "lianou/core/tables"
)

// importFile is what an import of people and one of facts are told alike.
type importFile struct {
	File       string `arg:"" type:"existingfile" help:"CSV (UTF-8, GB18030) or XLSX, its first row the header."`
	Map        string `help:"Mapping file in YAML: columns, ignore, constant, values." type:"existingfile"`
	Refused    string `help:"Where refused rows go, with what is wrong; beside the file when not said."`
	MaxRefused int    `help:"Write nothing when more than this share of the rows, in percent, is refused." default:"5"`
	DryRun     bool   `help:"Look at everything, write nothing."`
	Date       string `help:"Since when it is true where a row does not say; today when not said." placeholder:"2024-03-01"`
	JSON       bool   `name:"json" help:"Print progress and result as JSON lines."`
}

type importPeople struct {
	importFile
	Source string `help:"Who says it; its household numbers are kept." default:"registry:population"`
}

type importFacts struct {
	importFile
	Source     string `help:"Who says it, such as registry:disability." required:""`
	Numbers    string `help:"Whose household numbers the file uses." default:"registry:population"`
	Confidence int    `help:"How sure the source is, 1 to 100." default:"90"`
}

// Run brings people and households in. Broken off, it goes on when run again.
func (c importPeople) Run(t *tool) error {
	return stopped(t, c.run(t, bulk.Order{Kind: bulk.People, Source: c.Source}))
}

// Run brings facts in.
func (c importFacts) Run(t *tool) error {
	return stopped(t, c.run(t, bulk.Order{Kind: bulk.Facts, Source: c.Source, Numbers: c.Numbers, Confidence: c.Confidence}))
}

// importMemory is what the collector holds the process to: an import is at work beside
// the programs of a small machine.
const importMemory = 200 << 20

func (c importFile) run(t *tool, o bulk.Order) error {
	cfg, err := t.config()
	if err != nil {
		return err
	}
	keys, err := importKeys(cfg)
	if err != nil {
		return err
	}
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(importMemory)
	table, err := openTable(t.ctx, c.File)
	if err != nil {
		return inWords(err)
	}
	defer table.close()
	if err := c.complete(&o, table.File); err != nil {
		return inWords(err)
	}
	db, err := openImport(t, cfg)
	if err != nil {
		return err
	}
	defer db.Close()
	imp, err := importer(t, db, keys)
	if err != nil {
		return err
	}
	say := newImportTeller(t.out, c.JSON, os.Stderr)
	say.path = c.File
	say.file(table.File)
	o.Progress = say.progress
	res, err := imp.Run(t.ctx, o)
	say.end()
	if err != nil {
		return inWords(err)
	}
	return say.result(res, o)
}

// importKeys reads the keys that seal what comes in, and who brought it in.
func importKeys(cfg *boot.Config) (*seal.PlatformKeys, error) {
	keys, err := seal.LoadPlatform(boot.KeyPath(cfg, seal.PlatformFile))
	if err != nil {
		return nil, fmt.Errorf("the keys of the platform cannot be read (%w); `lianou up` or `lianou keys make` makes them", err)
	}
	return keys, nil
}

// complete fills in what the flags say.
func (c importFile) complete(o *bulk.Order, table *tabular.File) (err error) {
	o.File, o.MaxRefused, o.DryRun, o.Actor = table, c.MaxRefused, c.DryRun, audit.Actor{Kind: "operator"}
	if o.MaxRefused == 0 {
		o.MaxRefused = -1
	}
	path := c.Refused
	if path == "" {
		path = strings.TrimSuffix(c.File, filepath.Ext(c.File)) + ".refused.csv"
	}
	if err := apart(path, c.File, c.Map); err != nil {
		return err
	}
	o.Refused = &bulk.RefusalFile{Path: path}
	if o.Mapping, err = readMapping(c.Map); err != nil {
		return err
	}
	if c.Date != "" {
		o.On, err = core.ParseDate(c.Date)
	}
	return err
}

// apart refuses to put refused rows in the place of what was handed in.
func apart(refused string, given ...string) error {
	there, err := os.Stat(refused)
	if err != nil {
		return nil // what is not there is nobody's
	}
	for _, path := range given {
		if info, err := os.Stat(path); err == nil && os.SameFile(there, info) {
			return core.Invalid("refused", "退回文件不能写到交来的文件上。请用 --refused 换一个名字。")
		}
	}
	return nil
}

// importer takes the places that the city itself imported, or those that ship.
func importer(t *tool, db *pg.DB, keys *seal.PlatformKeys) (*bulk.Importer, error) {
	places, err := registry.PlacesOf(t.ctx, db)
	if err != nil {
		return nil, err
	}
	log := audit.New(keys.Ring)
	reg, err := registry.New(registry.Config{Ring: keys.Ring, Log: log, Regions: places})
	if err != nil {
		return nil, err
	}
	return bulk.New(bulk.Config{DB: db, Registry: reg, Ring: keys.Ring, Log: log})
}

// importTeller says how far an import is: as JSON lines, or a line on a terminal.
type importTeller struct {
	mu    sync.Mutex
	out   io.Writer
	path  string        // of what was handed in
	json  *json.Encoder // nil: for people
	bar   *progress
	began time.Time
	last  time.Time
	phase string
}

func newImportTeller(out io.Writer, lines bool, terminal *os.File) *importTeller {
	s := &importTeller{out: out, bar: newProgress(terminal), began: time.Now()}
	if lines {
		s.json, s.bar.out = json.NewEncoder(out), nil
	}
	return s
}

// file says how the table is read: whoever sent it in another encoding sees that it
// was understood.
func (s *importTeller) file(f *tabular.File) {
	if s.json != nil {
		_ = s.json.Encode(map[string]any{"format": f.Format, "encoding": f.Encoding, "comma": string(f.Comma), "bytes": f.Size})
		return
	}
	if f.Format == tabular.CSV {
		fmt.Fprintf(s.out, "reading CSV in %s, cells parted by %q\n", f.Encoding, f.Comma)
	} else {
		fmt.Fprintln(s.out, "reading XLSX, the first sheet that is not hidden")
	}
}

func (s *importTeller) progress(p bulk.Progress) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phase != p.Phase {
		s.phase, s.bar.began, s.last = p.Phase, time.Now(), time.Time{}
	}
	if s.json == nil {
		if p.Total > 0 {
			s.bar.show(int(p.Done), int(p.Total))
		}
		return
	}
	if time.Since(s.last) < time.Second && p.Done < p.Total {
		return
	}
	s.last = time.Now()
	line := struct {
		bulk.Progress
		Rate float64 `json:"rate"` // of the unit, a second
		Left float64 `json:"left"` // seconds
	}{Progress: p}
	if took := time.Since(s.bar.began).Seconds(); took > 0.1 && p.Done > 0 && p.Total > 0 {
		line.Rate = float64(p.Done) / took
		line.Left = float64(p.Total-p.Done) / line.Rate
	}
	_ = s.json.Encode(line)
}

func (s *importTeller) end() { s.bar.end() }

// result says what became of the file. A file that is held is an error, so that a
// script that brings files in does not take it for done; and one that would be, so that a
// trial says what will happen.
func (s *importTeller) result(res bulk.Result, o bulk.Order) error {
	if s.json != nil {
		_ = s.json.Encode(res)
	} else {
		fmt.Fprintf(s.out, "%s: %s; %s repeated, %d refused, after %.1f s\n", count(res.Rows, "row", "rows"), brought(res, o.Kind), count(res.Repeated, "row", "rows"), res.Refused, time.Since(s.began).Seconds())
		if o.DryRun && res.Nothing {
			fmt.Fprintln(s.out, "a dry run: the same command without --dry-run writes")
		}
		if res.Refused > 0 {
			fmt.Fprintf(s.out, "what was refused, and how to mend it: %s\n", o.Refused.Path)
		}
	}
	over := fmt.Sprintf("more than %d %%", max(o.MaxRefused, 0))
	if res.Held {
		return fmt.Errorf("%d of %d rows were refused, %s: nothing was written. %s", res.Refused, res.Rows, over, s.mend(o))
	}
	if o.DryRun && !res.Again && res.Refused*100 > res.Rows*max(o.MaxRefused, 0) {
		return fmt.Errorf("%d of %d rows are refused, %s: nothing would be written. %s", res.Refused, res.Rows, over, s.mend(o))
	}
	return nil
}

// brought says what came in, would, or did when the same file came before.
func brought(res bulk.Result, kind bulk.Kind) string {
	said, is, are := "", "is", "are"
	switch {
	case res.Again:
		said, is, are = "this file was brought in before, and nothing has changed; then ", "was", "were"
	case res.Nothing:
		said, is, are = "nothing was written; ", "would be", "would be"
	}
	if kind == bulk.Facts { // a row makes an entry about its person and one about its household
		fresh := res.Sheets - res.Changed - res.Renewed
		if res.Nothing {
			fresh = res.Would - res.Changed - res.Renewed
		}
		return fmt.Sprintf("%s%s new, %d changed, %d the same for a newer day, %d known and unchanged",
			said, count(fresh, "entry "+is, "entries "+are), res.Changed, res.Renewed, res.Known)
	}
	if res.Nothing {
		return fmt.Sprintf("%s%s new, %d known and left as they are", said, count(res.Would, "person "+is, "people "+are), res.Known)
	}
	in := " in " + count(res.Households, "household", "households") + " "
	return fmt.Sprintf("%s%s new, %d known and left as they are", said, count(res.People, "person"+in+is, "people"+in+are), res.Known)
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// mend says what to do where nothing came in: the refusal file has only the rows that are
// wrong, and whoever brought that one in would lose the others.
func (s *importTeller) mend(o bulk.Order) string {
	return fmt.Sprintf("Mend these rows in %s itself and import that file again: %s lists only them, by row. Or allow more with --max-refused", s.path, o.Refused.Path)
}
