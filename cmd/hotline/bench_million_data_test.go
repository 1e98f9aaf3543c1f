package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"hotline/cmd/hotline/demo"
	"hotline/internal/units"
	"hotline/internal/vault"
	"hotline/tickets"
)

// The words that the searches look for. None of them comes about by chance.
const (
	wordOften  = "低保" // in about 40 % of the tickets
	wordCommon = "轮椅" // in about 5 %
	wordRare   = "鹤坞" // in 20, of which 8 lie in the township that is measured
	wordPast   = "鼠疫" // in every third of the first year, and in none since
)

// everydayWords come in very many tickets.
const everydayWords = "特困 补助 发放 到账 村里 乡镇 民政所 老人 孩子 残疾 住院 银行卡 公示 申请 材料 证明 收入 房子 车辆 打工 上学 邻居 核查 家访 没有 已经 今年 去年 上个月 电话 回复 希望 尽快 解决 情况 困难 生活 政策 标准"

// Where the measured county and township accounts belong.
const (
	millionCounty   = "140428"
	millionTownship = "140428102"
)

// firstID is the first of the made tickets; below it is what the desk itself made.
const firstID = 1000

// million makes a desk's tickets of three years. Row i is always the same, so
// that the tables can be filled side by side.
type million struct {
	d        *desk
	n        int
	now      time.Time
	places   []units.Unit // that handle tickets, each as often as it shall come
	measured units.Unit
	persons  map[string]int
	words    []string
	names    [][]byte
	perm     tickets.Permutation
}

// millionSize is how many tickets to make; HOTLINE_BENCH_TICKETS asks for another number.
func millionSize(b *testing.B) int {
	b.Helper()
	text := os.Getenv("HOTLINE_BENCH_TICKETS")
	if text == "" {
		return 1_000_000
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 10_000 {
		b.Fatalf("HOTLINE_BENCH_TICKETS=%q: want a number from 10000", text)
	}
	return n
}

func newMillion(b *testing.B, d *desk) *million {
	b.Helper()
	m := &million{d: d, n: millionSize(b), now: time.Now(), persons: map[string]int{}}
	var err error
	if m.perm, err = tickets.NewPermutation(d.s.vault.Key("ticket number", tickets.PermutationKeySize)); err != nil {
		b.Fatal(err)
	}
	for _, u := range demo.Units() {
		often := map[string]int{units.City: 6, units.County: 2, units.Section: 1, units.Township: 3}[u.Kind]
		if u.Kind == units.City || u.Region != "" || u.Kind == units.Section {
			for range often {
				m.places = append(m.places, u)
			}
		}
		if u.Region == millionTownship {
			m.measured = u
		}
	}
	rng := rand.New(rand.NewPCG(7, 7))
	m.words = strings.Fields(everydayWords)
	for range 8000 {
		w := ""
		for range 2 + rng.IntN(3) {
			w += string(rune(0x4e00 + rng.IntN(800)))
		}
		m.words = append(m.words, w)
	}
	for i := range 3000 {
		m.names = append(m.names, d.s.vault.Index(vault.Name, "王"+string([]rune{rune(0x4e00 + i), rune(0x5e00 + i%70)})))
	}
	return m
}

// made is one ticket of the three years.
type made struct {
	i          int
	id         int64
	at         time.Time
	status     string
	open       bool
	place      units.Unit
	desk       int
	person     int
	recused    string
	sight      []int
	statement  string
	phone      string
	due        string
	rng        *rand.Rand
	confidence bool
}

func (m *million) span() time.Duration { return 36 * 30 * 24 * time.Hour }

// row is the i-th ticket, the oldest first.
func (m *million) row(i int) made {
	rng := rand.New(rand.NewPCG(uint64(i), 42))
	x := made{i: i, id: int64(firstID + i), rng: rng, desk: demo.CityID, recused: `\N`, due: "infinity"}
	x.at = m.now.Add(-m.span()).Add(time.Duration(float64(m.span()) * float64(i) / float64(m.n))).Truncate(time.Second)
	x.place = m.places[rng.IntN(len(m.places))]
	if m.rare(i) && i/(m.n/20)%5 < 2 {
		x.place = m.measured
	}
	m.state(&x)
	if x.place.Kind != units.City && rng.IntN(10) < 3 {
		x.desk = x.place.Parent
	}
	if rng.IntN(250) == 0 {
		x.recused = fmt.Sprintf("{%d}", []int{x.place.ID, -m.persons["lead-"+millionTownship], -m.persons["lead-city"]}[rng.IntN(3)])
	}
	if had := m.places[rng.IntN(len(m.places))]; rng.IntN(8) == 0 && !strings.HasPrefix(x.place.Path, had.Path) {
		x.sight = []int{had.ID} // it passed through there
	}
	x.confidence = rng.IntN(33) == 0
	x.phone = fmt.Sprintf("199%08d", rng.IntN(m.n*2/3))
	x.statement = m.statement(&x)
	return x
}

func (m *million) rare(i int) bool { return i%(m.n/20) == 7 }

// state makes some 35 in 1,000 open, nine tenths of them of the last two months.
func (m *million) state(x *made) {
	rng := x.rng
	newest := float64(m.n-x.i) < 0.06*float64(m.n)
	x.open = rng.Float64() < map[bool]float64{true: 0.53, false: 0.0035}[newest]
	if h := m.handlers(x.place); len(h) > 0 {
		x.person = h[rng.IntN(len(h))]
	}
	if !x.open {
		x.status = "archived"
		if newest || rng.IntN(5) == 0 {
			x.status = "closed"
		}
		return
	}
	x.due = m.now.Add(time.Duration(rng.IntN(60*24)-7*24) * time.Hour).UTC().Format(time.RFC3339)
	x.status = []string{"registered", "dispatched", "dispatched", "handling", "handling", "handling", "handling", "approval", "answering", "answered"}[rng.IntN(10)]
	if x.status == "registered" || x.status == "dispatched" {
		x.person = 0
	}
}

// handlers are the investigators of a unit.
func (m *million) handlers(u units.Unit) (out []int) {
	for _, login := range []string{"handler-" + u.Region, "handler2-" + u.Region} {
		if p := m.persons[login]; p != 0 && u.Region != "" {
			out = append(out, p)
		}
	}
	return out
}

// statement is some 80 characters, with a few words in very many tickets and
// many words in few, as people write.
func (m *million) statement(x *made) string {
	rng := x.rng
	var t strings.Builder
	fmt.Fprintf(&t, "我是%s的，", x.place.Short)
	for range 14 + rng.IntN(18) {
		k := rng.Float64()
		t.WriteString(m.words[int(k*k*k*float64(len(m.words)))])
		if rng.IntN(5) == 0 {
			t.WriteString("，")
		}
	}
	for _, w := range []struct {
		word string
		with bool
	}{
		{wordOften, rng.IntN(10) < 4}, {wordCommon, rng.IntN(20) == 0}, {wordRare, m.rare(x.i)},
		{wordPast, x.i < m.n/3 && rng.IntN(3) == 0},
	} {
		if w.with {
			t.WriteString("，" + w.word)
		}
	}
	return t.String() + "。"
}
