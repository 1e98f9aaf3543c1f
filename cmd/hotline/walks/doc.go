// Package walks holds no code of the desk: its tests tell whole cases, from the
// first call to the last proof, once through the API and once through the pages,
// with the real workers behind them. docs/flow.md tells each in a paragraph.
package walks
