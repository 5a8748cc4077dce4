package staff

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"

	"github.com/mozillazg/go-pinyin"

	"lianou/core"
	"lianou/core/pg"
)

// DemoPassword is the one password of all accounts of a demonstration. A program
// on a database that was not made for show refuses to start while such an account
// is active, and nobody may choose it.
const DemoPassword = "lotus-root-demo"

// DemoLogin is one account of the demonstration, for printing.
type DemoLogin struct {
	Login string
	Name  string
	Role  string // in Chinese
	Place string // in Chinese
}

// Town is one township as Seed needs it.
type Town struct {
	Code   core.RegionCode
	Name   string // 王庙镇
	County string // 平原县
}

// demoAccount is an account of the demonstration before it has a password.
type demoAccount struct {
	login, name string
	role        Role
	region      core.RegionCode
	place       string
}

// cityAccounts are the accounts that do not belong to a township.
func cityAccounts() []demoAccount {
	return []demoAccount{
		{"0317", "孙晓燕", Agent, core.DezhouCity, "12345 热线"},
		{"0318", "马志强", Agent, core.DezhouCity, "12345 热线"},
		{"payer1", "高淑芬", Payer, core.DezhouCity, "德州市"},
		{"payer2", "郑建军", Payer, core.DezhouCity, "德州市"},
		{"city", "韩立新", City, core.DezhouCity, "德州市"},
		{"city2", "林若华", City, core.DezhouCity, "德州市"},
		{"auditor", "宋文静", Auditor, core.DezhouCity, "德州市"},
	}
}

// demoName names the person behind a log-in, always the same.
func demoName(login string) string {
	h := fnv.New32a()
	h.Write([]byte(login))
	n := int(h.Sum32() >> 1)
	family := []rune("王李张刘陈杨赵孙周徐马朱郭高林郑梁宋唐许韩冯曹田董袁于杜魏吕任崔孟姜")
	given := []string{"建平", "秀梅", "海军", "玉玲", "文斌", "红霞", "志远", "春燕", "立民", "丽华", "国强", "淑敏", "振东", "雪梅", "永刚", "静"}
	return string(family[n%len(family)]) + given[n/len(family)%len(given)]
}

// townAccounts gives each county a clerk and a county approver, and each township
// an officer, an approver and two assistants.
func townAccounts(towns []Town) []demoAccount {
	var list []demoAccount
	taken := map[string]bool{}
	add := func(login string, role Role, region core.RegionCode, place string) {
		list = append(list, demoAccount{login, demoName(login), role, region, place})
	}
	for _, t := range towns {
		county := spell(t.County)
		if !taken[county] {
			taken[county] = true
			add(county+".clerk", Clerk, t.Code.County(), t.County+"社会救助服务中心")
			add(county+".county", County, t.Code.County(), t.County)
		}
		town := spell(t.Name)
		if taken["town "+town] {
			town = county + "-" + town // two townships of one name
		}
		taken["town "+town] = true
		for _, a := range []struct {
			suffix string
			role   Role
		}{{"officer", Officer}, {"approver", Approver}, {"assistant1", Assistant}, {"assistant2", Assistant}} {
			add(town+"."+a.suffix, a.role, t.Code, t.County+t.Name)
		}
	}
	return list
}

// spell writes a place in letters without its class word: 王庙镇 is wangmiao.
func spell(place string) string {
	switch place { // local readings and names too long to type
	case "乐陵市":
		return "laoling"
	case "德州经济技术开发区":
		return "jingkaiqu"
	case "德州运河经济开发区":
		return "yunhequ"
	}
	for _, class := range []string{"回族镇", "街道", "县", "市", "区", "镇", "乡"} {
		if rest, ok := strings.CutSuffix(place, class); ok {
			place = rest
			break
		}
	}
	return strings.Join(pinyin.LazyPinyin(place, pinyin.NewArgs()), "")
}

// Demo lists the accounts worth printing: one for each role, and the townships of
// the three stories. All have DemoPassword.
func Demo() []DemoLogin {
	stories := []Town{
		{"371426104", "王庙镇", "平原县"}, {"371424103", "德平镇", "临邑县"}, {"371424106", "孟寺镇", "临邑县"},
	}
	var out []DemoLogin
	for _, a := range append(cityAccounts(), townAccounts(stories)...) {
		out = append(out, DemoLogin{Login: a.login, Name: a.name, Role: a.role.Chinese(), Place: a.place})
	}
	return out
}

// ErrNotDemo says that demonstration accounts are not for this database.
var ErrNotDemo = core.E(core.KindForbidden, "not_demo", "")

// Seed makes the accounts of the demonstration, all with DemoPassword. Accounts
// that exist stay as they are. It runs on a pool of lianou_import and refuses a
// database that was not made for show: ErrNotDemo.
func Seed(ctx context.Context, db *pg.DB, towns []Town) (int, error) {
	clock, err := db.ReadClock(ctx)
	if err != nil {
		return 0, err
	}
	if !clock.Demo {
		return 0, ErrNotDemo.Wrap(errors.New("accounts with a known password are for databases that `lianou up` made"))
	}
	// One hash for all, and a light one: making 600 would take half a minute, and there is no secret to keep.
	hash, err := light.hash(DemoPassword)
	if err != nil {
		return 0, err
	}
	var logins, names, roles, regions []string
	for _, a := range append(cityAccounts(), townAccounts(towns)...) {
		logins, names = append(logins, a.login), append(names, a.name)
		roles, regions = append(roles, string(a.role)), append(regions, string(a.region))
	}
	const sql = `insert into staff_account (login, name, roles, regions, password, demo, made)
		select u.login, u.name, array[u.role], array[u.region], $5, true, $6
		from unnest($1::text[], $2::text[], $3::text[], $4::text[]) with ordinality as u (login, name, role, region, n)
		order by u.n on conflict (login) do nothing`
	made := 0
	err = db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, sql, logins, names, roles, regions, hash, tx.Now())
		made = int(tag.RowsAffected())
		return pg.Fail(err, fmt.Sprintf("make %d demonstration accounts", len(logins)))
	})
	return made, err
}
