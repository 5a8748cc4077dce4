package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/blob"
	"lianou/core/citizen"
	"lianou/core/pg"
	"lianou/core/pg/local"
	"lianou/core/seal"
)

// house is one throw-away installation: a durable private server with the
// settings of `lianou up`, Redis, and a gateway process. No platform runs beside
// it: what is measured is accepting, not casework.
type house struct {
	dir      string
	server   *local.Server
	redis    *bell.Server
	keys     *seal.Keys
	gateway  *exec.Cmd
	life     io.Closer
	ended    chan struct{}
	addr     string
	phone    string // the telephone line
	line     string // folder of a socket between the gateway and the server; "": none
	db       *pg.DB // as lianou_gateway, for log-ins
	citizens *citizen.Citizens
	admin    string
	blobs    *blob.Store
	strokes  core.BlobDigest
	sources  sources
	runs     int
	sent     atomic.Int64 // by the clients of a mix with refusals, all together
	sizes    sizes
}

const database = "lianou"

// exchangeSecret signs what a call exchange says to the house.
const exchangeSecret = "whsec_bGlhbm91LWJlbmNoLWV4Y2hhbmdlLXNlY3JldC0x"

func openHouse(ctx context.Context, cfg *Config) (_ *house, err error) {
	dir, err := os.MkdirTemp(cfg.Dir, "lianou-bench-")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	h := &house{dir: dir}
	defer func() {
		if err != nil {
			h.close()
		}
	}()
	if err := os.Chmod(dir, 0o755); err != nil { // the server's user may be another one
		return nil, err
	}
	for _, step := range []func(context.Context) error{h.databases, h.secrets, h.people} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return h, h.open(ctx, cfg.Gateway)
}

func (h *house) serve(ctx context.Context) (err error) {
	h.server, err = local.Start(ctx, local.Config{Dir: filepath.Join(h.dir, "postgres")})
	return err
}

func (h *house) databases(ctx context.Context) (err error) {
	if err := h.serve(ctx); err != nil {
		return err
	}
	if _, err = h.server.CreateDatabase(ctx, database); err != nil {
		return err
	}
	h.admin = h.server.Superuser(database)
	if err := pg.Migrate(ctx, pg.MigrateConfig{URL: h.admin, Demo: true}); err != nil {
		return err
	}
	if err := pg.AllowLogin(ctx, h.admin, map[string]string{gatewayRole: ""}); err != nil {
		return err
	}
	h.redis, err = bell.StartPrivate(ctx, h.server.Dir())
	return err
}

const gatewayRole = "lianou_gateway"

func (h *house) secrets(context.Context) (err error) {
	dir := filepath.Join(h.dir, "keys")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	if err := seal.GenerateKeys(dir, seal.SM4); err != nil {
		return err
	}
	h.keys, err = seal.LoadKeys(dir)
	return err
}

// people makes what a citizen has before the form is sent: accounts, and the
// uploaded strokes of a signature.
func (h *house) people(ctx context.Context) (err error) {
	if h.db, err = pg.Open(ctx, pg.Config{URL: h.server.URL(gatewayRole, database), Name: "lianou bench", MaxConns: 4}); err != nil {
		return err
	}
	h.citizens, err = citizen.New(citizen.Config{}, citizen.Deps{DB: h.db, Ring: h.keys.Gateway.Ring, Token: h.keys.Gateway.Token, Audit: audit.NewTo(h.keys.Gateway.Platform)})
	if err != nil {
		return err
	}
	h.blobs, err = blob.Open(blob.Config{URL: "file://" + filepath.Join(h.dir, "blob"), To: h.keys.Gateway.Platform})
	if err != nil {
		return err
	}
	h.strokes, err = h.sign(ctx, "")
	return err
}

// sign uploads the strokes of a signature; everybody signs with the same.
func (h *house) sign(ctx context.Context, account string) (core.BlobDigest, error) {
	info, err := h.blobs.Put(ctx, strings.NewReader(`[{"points":[]}]`), blob.PutOptions{Class: "signature", By: account, MIME: "application/json", Max: 1 << 20})
	return info.Digest, err
}

// tokens logs n people in. Tokens live five minutes, so each round takes fresh
// ones.
func (h *house) tokens(ctx context.Context, n int) ([]string, error) {
	list := make([]string, n)
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for i := range list {
		group.Go(func() error {
			login, err := h.citizens.LoginWeChat(inner, fmt.Sprintf("bench-%d-%d", h.runs, i), "")
			if err != nil {
				return err
			}
			list[i] = login.Token
			_, err = h.sign(inner, login.Citizen.ID)
			return err
		})
	}
	return list, group.Wait()
}

// open starts the gateway with the environment that `lianou up` gives it.
func (h *house) open(ctx context.Context, program string) error {
	var err error
	if h.addr == "" { // opened again, it is where its clients know it
		if h.addr, err = freeAddr(); err != nil {
			return err
		}
		if h.phone, err = freeAddr(); err != nil {
			return err
		}
	}
	h.gateway = exec.Command(program)
	h.gateway.Env = append(plainEnvironment(),
		"LIANOU_DATABASE_URL="+h.url(), "LIANOU_REDIS_URL="+h.redis.URL(), "LIANOU_DATA_DIR="+h.dir,
		"LIANOU_KEY_FILE="+filepath.Join(h.dir, "keys", seal.GatewayFile), "LIANOU_GATEWAY_ADDR="+h.addr, "LIANOU_SIP_ADDR="+h.phone, "LIANOU_LIFELINE=true",
		"LIANOU_APPLICATIONS_PER_DAY=1000000000", // a bench is a few hands that send for a whole city
		// The app's door opens only where log-in codes can be sent. None is sent here.
		"LIANOU_SMS_SECRET_ID=bench", "LIANOU_SMS_SECRET_KEY=bench", "LIANOU_SMS_API_BASE=http://127.0.0.1:1", "LIANOU_SMS_APP_ID=1", "LIANOU_SMS_SIGN=bench",
		"LIANOU_SMS_TEMPLATE=1", "LIANOU_SMS_CODE_TEMPLATE=1",
		// The mini-program's and the hotline's doors stand open beside it.
		"LIANOU_WECHAT_APP_ID=bench", "LIANOU_WECHAT_SECRET=bench", "LIANOU_WECHAT_API_BASE=http://127.0.0.1:1", "LIANOU_HOTLINE_WEBHOOK_SECRET="+exchangeSecret)
	if h.life, h.ended, err = launch(h.gateway, filepath.Join(h.dir, "gateway.log")); err != nil {
		return err
	}
	return h.ready(ctx)
}

// url is where the gateway finds its database.
func (h *house) url() string {
	u := h.server.URL(gatewayRole, database)
	if h.line != "" {
		u = strings.Replace(u, url.QueryEscape(h.server.Socket()), url.QueryEscape(h.line), 1)
	}
	return u
}

func (h *house) ready(ctx context.Context) error {
	err := answers(ctx, "http://"+h.addr+"/readyz", h.ended)
	if err != nil {
		words, _ := os.ReadFile(filepath.Join(h.dir, "gateway.log"))
		return fmt.Errorf("wait for the gateway: %w: %s", err, words)
	}
	return nil
}

// close stops everything and removes the folder.
func (h *house) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	end(ctx, h.gateway, h.life, h.ended)
	if h.db != nil {
		h.db.Close()
	}
	if h.redis != nil {
		_ = h.redis.Stop(ctx)
	}
	if h.server != nil {
		_ = h.server.Stop(ctx)
		_ = os.RemoveAll(h.server.Dir())
	}
	_ = os.RemoveAll(h.dir)
}

// plainEnvironment is this process's without settings of another installation.
func plainEnvironment() []string {
	var list []string
	for _, line := range os.Environ() {
		if !strings.HasPrefix(line, "LIANOU_") {
			list = append(list, line)
		}
	}
	return list
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), errors.Join(l.Close())
}
