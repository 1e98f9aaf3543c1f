package sheet

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"hotline/intake"
	"hotline/intake/city12345"
	"hotline/intake/intakedb"
	"hotline/internal/pg"
	"hotline/tickets"
)

// Importer turns the rows of an order sheet into tickets. Importing a sheet
// again, or a sheet that overlaps another or the platform's push, opens nothing
// twice: an order number is one ticket. A row that changed since is refused and
// listed.
type Importer struct {
	Desk     *intake.Desk
	Store    *intakedb.Store
	Platform string           // whose orders these are
	Codes    *city12345.Codes // nil: DefaultCodes
	DryRun   bool             // every row's fate, and nothing changed
}

// Summary counts the rows by their fate.
type Summary struct {
	Rows, Opened, Unchanged, Changed, Rejected int
}

func (s *Summary) add(f Fate) {
	s.Rows++
	switch f {
	case Opened:
		s.Opened++
	case Unchanged:
		s.Unchanged++
	case Changed:
		s.Changed++
	default:
		s.Rejected++
	}
}

// importChunk is how many rows are on their way to the desk together.
const importChunk = 16

// Import reads the file and gives each good row to the desk. The result sheet,
// with every row's fate, goes to out, which may be nil. Errors of the whole file
// are those of Open; after any error the same file may be imported again. Where
// an error comes in the middle, the result sheet holds the rows before it.
func (im Importer) Import(ctx context.Context, file io.ReaderAt, size int64, out io.Writer) (Summary, error) {
	var sum Summary
	r, err := Open(file, size)
	if err != nil {
		return sum, err
	}
	defer r.Close()
	if err := im.keep(ctx, file, size); err != nil {
		return sum, err
	}
	w, err := NewResultWriter(r.Header)
	if err != nil {
		return sum, err
	}
	for chunk, err := range chunks(r.Rows()) {
		if err == nil {
			err = im.rows(ctx, chunk, w, &sum)
		}
		if err != nil {
			return sum, errors.Join(fmt.Errorf("import sheet: %w", err), finish(w, out))
		}
	}
	return sum, finish(w, out)
}

func finish(w *ResultWriter, out io.Writer) error {
	if out == nil {
		out = io.Discard
	}
	return w.Close(out)
}

// keep stores the file as it came, before any row of it becomes a ticket.
func (im Importer) keep(ctx context.Context, file io.ReaderAt, size int64) error {
	if im.DryRun {
		return nil
	}
	raw, err := io.ReadAll(io.NewSectionReader(file, 0, size))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnread, err)
	}
	id, _, err := im.Store.Keep(ctx, intakedb.Arrival{Channel: "sheet", Source: "sheet:" + im.Platform, Raw: raw, At: im.Desk.Tickets().Now()})
	if err != nil {
		return err
	}
	return im.Store.Handled(ctx, id)
}

// chunks gathers rows; an error comes alone, after the rows before it.
func chunks(rows iter.Seq2[Row, error]) iter.Seq2[[]Row, error] {
	return func(yield func([]Row, error) bool) {
		var chunk []Row
		for row, err := range rows {
			if err != nil {
				if len(chunk) == 0 || yield(chunk, nil) {
					yield(nil, err)
				}
				return
			}
			if chunk = append(chunk, row); len(chunk) == importChunk {
				if !yield(chunk, nil) {
					return
				}
				chunk = nil
			}
		}
		if len(chunk) > 0 {
			yield(chunk, nil)
		}
	}
}

// rows imports a chunk and writes its fates in the file's order.
func (im Importer) rows(ctx context.Context, chunk []Row, w *ResultWriter, sum *Summary) error {
	fates := make([]Outcome, len(chunk))
	g, ctx := errgroup.WithContext(ctx)
	for i, row := range chunk {
		g.Go(func() (err error) {
			fates[i], err = im.row(ctx, row)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for _, f := range fates {
		sum.add(f.Fate)
		if err := w.Write(f); err != nil {
			return err
		}
	}
	return nil
}

// row decides one row's fate.
func (im Importer) row(ctx context.Context, row Row) (Outcome, error) {
	out := Outcome{Row: row, Fate: Rejected}
	if utf8.RuneCountInString(row.Order.Content) > intake.MaxStatement {
		out.Reason = fmt.Sprintf("诉求内容超过 %d 字", intake.MaxStatement)
	}
	if len(row.Errors) > 0 || out.Reason != "" {
		return out, nil
	}
	codes := city12345.DefaultCodes()
	if im.Codes != nil {
		codes = *im.Codes
	}
	in, err := codes.Incoming(im.Platform, "sheet", row.Order, im.Desk.Tickets().Tree().Root().ID)
	if err != nil {
		return out, err
	}
	earlier, err := im.Store.Known(ctx, in.Submission.Source, in.Submission.SourceID)
	switch {
	case err == nil:
		return compared(out, earlier, in.Submission.Raw), nil
	case !errors.Is(err, pg.ErrNotFound):
		return out, err
	case im.DryRun:
		out.Fate = Opened
		return out, nil
	}
	return im.open(ctx, out, in.Submission)
}

// compared is the fate of a row whose order has a ticket. What a platform pushed
// is more than a sheet says: the sheet's row is no change of it.
func compared(out Outcome, earlier intakedb.Earlier, raw []byte) Outcome {
	out.TicketNo, out.Fate = earlier.Number, Changed
	sum := sha256.Sum256(raw)
	switch {
	case bytes.Equal(sum[:], earlier.SHA256):
		out.Fate = Unchanged
	case earlier.Channel != "sheet":
		out.Fate, out.Reason = Unchanged, "已由平台推送建单"
	}
	return out
}

// open registers the order; what the desk refuses is the row's reason.
func (im Importer) open(ctx context.Context, out Outcome, s intake.Submission) (Outcome, error) {
	o, err := im.Desk.Accept(ctx, pg.Machine("machine:import"), s)
	var bad tickets.Invalid
	switch {
	case errors.As(err, &bad):
		out.Reason = bad[0].ZH
		return out, nil
	case errors.Is(err, intake.ErrConflict): // somebody imported or pushed it meanwhile
		out.Fate, out.TicketNo = Changed, o.Number
		return out, nil
	case err != nil:
		return out, err
	}
	out.Fate, out.TicketNo = Opened, o.Number
	if o.Duplicate {
		out.Fate = Unchanged
	}
	return out, nil
}
