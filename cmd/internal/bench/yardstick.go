package bench

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg/local"
)

//go:embed yardstick.sql
var yardstickSQL string

// sizes are how long the sealed columns of real applications are, in bytes.
type sizes struct{ sealed, wrapped, detail int }

// yardstick is pgbench on the house's own server.
type yardstick struct {
	program, script, socket string
}

// newYardstick writes the script with constants of the sizes that the gateway
// stores, and makes what the script and the mixes need in the database.
func (h *house) newYardstick(ctx context.Context) (*yardstick, error) {
	bin, err := local.FindBinaries()
	if err != nil {
		return nil, err
	}
	y := &yardstick{program: filepath.Join(bin, "pgbench"), script: filepath.Join(h.dir, "yardstick.sql")}
	if _, err := os.Stat(y.program); err != nil {
		return nil, errors.New("pgbench is not beside the server's binaries; install PostgreSQL's client programs")
	}
	at, err := url.Parse(h.admin)
	if err != nil {
		return nil, err
	}
	y.socket = at.Query().Get("host")
	conn, err := pgx.Connect(ctx, h.admin)
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var s sizes
	const measure = `select coalesce(avg(octet_length(sealed)), 0)::int, coalesce(avg(octet_length(wrapped_key)), 0)::int,
		(select coalesce(avg(octet_length(detail)), 0)::int from audit_entry where act = 'application.received') from handover`
	if err := conn.QueryRow(ctx, measure).Scan(&s.sealed, &s.wrapped, &s.detail); err != nil {
		return nil, fmt.Errorf("measure what the gateway stores: %w", err)
	}
	if s.sealed == 0 || s.detail == 0 {
		return nil, errors.New("the gateway has stored nothing to measure")
	}
	h.sizes = s
	if _, err := conn.Exec(ctx, `create sequence yardstick_receipt cache 1000; grant usage on sequence yardstick_receipt to lianou_gateway`); err != nil {
		return nil, err
	}
	script := strings.NewReplacer("{sealed}", noise(s.sealed), "{wrapped}", noise(s.wrapped), "{detail}", noise(s.detail), "{digest}", noise(32)).Replace(yardstickSQL)
	return y, os.WriteFile(y.script, []byte(script), 0o644)
}

// noise is n bytes that do not compress, in hexadecimal.
func noise(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return hex.EncodeToString(b)
}

// figure is one run of pgbench.
type figure struct{ rate, latency float64 } // per second, milliseconds

var (
	rateLine    = regexp.MustCompile(`tps = ([0-9.]+) \(without`)
	latencyLine = regexp.MustCompile(`latency average = ([0-9.]+) ms`)
	failedLine  = regexp.MustCompile(`number of failed transactions: ([1-9][0-9]*)`)
)

// run lets clients of pgbench insert for a window.
func (y *yardstick) run(ctx context.Context, clients int, window time.Duration) (figure, error) {
	threads := min(clients, 2)
	cmd := exec.CommandContext(ctx, y.program, "-n", "-M", "prepared", "-f", y.script, "-c", strconv.Itoa(clients), "-j", strconv.Itoa(threads),
		"-T", strconv.Itoa(int(window.Round(time.Second).Seconds())), "-h", y.socket, "-U", gatewayRole, database)
	cmd.Env = append(plainEnvironment(), "PGOPTIONS=-c lianou.city=on")
	out, err := cmd.CombinedOutput()
	rate, latency := rateLine.FindSubmatch(out), latencyLine.FindSubmatch(out)
	if err != nil || rate == nil || latency == nil || failedLine.Match(out) {
		return figure{}, fmt.Errorf("pgbench: %w: %s", errors.Join(err, errors.New("no figure")), tail(out))
	}
	var f figure
	f.rate, err = strconv.ParseFloat(string(rate[1]), 64)
	if err == nil {
		f.latency, err = strconv.ParseFloat(string(latency[1]), 64)
	}
	return f, err
}

// tail is the end of an output; its statements hold long constants.
func tail(out []byte) string {
	text := strings.TrimSpace(string(out))
	return text[max(0, len(text)-600):]
}
