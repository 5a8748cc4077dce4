package bulk_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/registry"
	"lianou/core/registry/bulk"
	"lianou/core/registry/seed"
	"lianou/core/seal"
	"lianou/core/tables"
)

// office is a database with the three Stories in it, and an importer.
type office struct {
	t   testing.TB
	env *pgtest.Env
	reg *registry.Registry
	imp *bulk.Importer
}

func newOffice(t testing.TB) office {
	t.Helper()
	env := pgtest.New(t)
	keys, err := seal.NewKeys(seal.SM4)
	must(t, err)
	tree, err := registry.EmbeddedRegions()
	must(t, err)
	log := audit.New(keys.Platform.Ring)
	reg, err := registry.New(registry.Config{Ring: keys.Platform.Ring, Log: log, Regions: tree})
	must(t, err)
	db := env.DB(pgtest.Import)
	imp, err := bulk.New(bulk.Config{DB: db, Registry: reg, Ring: keys.Platform.Ring, Log: log})
	must(t, err)
	must(t, db.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		var list []registry.NewHousehold
		for _, s := range seed.Stories() {
			list = append(list, s.Known(tx.Today()))
		}
		sealed, err := reg.Seal(list, tx.Now())
		must(t, err)
		must(t, reg.Load(ctx, tx, sealed))
		return reg.AfterLoad(ctx, tx)
	}))
	return office{t, env, reg, imp}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// count counts rows past row-level security.
func (o office) count(sql string, args ...any) int {
	o.t.Helper()
	conn, err := pgx.Connect(o.t.Context(), o.env.Superuser())
	must(o.t, err)
	defer conn.Close(context.WithoutCancel(o.t.Context()))
	var n int
	must(o.t, conn.QueryRow(o.t.Context(), sql, args...).Scan(&n))
	return n
}

func look(t testing.TB, content []byte) *tables.File {
	t.Helper()
	f, err := tables.Look(t.Context(), bytes.NewReader(content), int64(len(content)))
	must(t, err)
	return f
}

// order is an order for a file of people.
func (o office) order(content string) bulk.Order {
	return bulk.Order{Kind: bulk.People, File: look(o.t, []byte(content)), Source: "registry:population", MaxRefused: 100, Actor: audit.Actor{Kind: "operator"}}
}

// bring brings a file in and reads the refusal file: row, column, reason, mending.
func (o office) bring(order bulk.Order) (bulk.Result, [][]string) {
	o.t.Helper()
	order.Refused = &bulk.RefusalFile{Path: filepath.Join(o.t.TempDir(), "refused.csv")}
	res, err := o.imp.Run(o.t.Context(), order)
	if err != nil {
		o.t.Fatalf("import: %v (%s)", err, core.Known(err).Say)
	}
	if _, err := os.Stat(order.Refused.Path); res.Refused == 0 && os.IsNotExist(err) {
		return res, nil
	}
	return res, refused(o.t, order.Refused.Path)
}

func refused(t testing.TB, path string) [][]string {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	text, marked := strings.CutPrefix(string(b), "\ufeff")
	if !marked {
		t.Error("the refusal file has no mark in front: a spreadsheet would read it as GBK")
	}
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	must(t, err)
	var out [][]string
	for _, line := range all[1:] {
		out = append(out, line[len(line)-4:])
	}
	return out
}

// id makes a valid number of somebody born on a day.
func id(birth string, sequence int) string {
	s := fmt.Sprintf("371426%s%03d", birth, sequence)
	return s + string(core.IDCheckDigit(s))
}

const head = "姓名,身份证号,户号,与户主关系,手机号,县,乡镇,村\n"

// line is one person of a village of Pingyuan.
func line(name, number, home, relation string) string {
	return strings.Join([]string{name, number, home, relation, "", "平原县", "王庙镇", village}, ",") + "\n"
}

const village = "东街村"

func itoa(n int) string { return strconv.Itoa(n) }

func checkDigit(s string) byte { return core.IDCheckDigit(s) }

func saying(err error) string {
	if err == nil {
		return ""
	}
	return core.Known(err).Say
}
