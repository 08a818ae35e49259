// Package browserkit opens pages in a real Chromium for the tests of packages that make them. Only tests import it.
//
// [Open] starts the browser and gives a [Tab]; a test navigates it with actions of chromedp, reads the page with [Eval], and ends with
// [Tab.Quiet]. [Accessible], [FitsPhone], [PrintsWhole] and [CheckPDF] hold what every page of the project has to keep: the first runs axe-core,
// which the set-up puts below .cache. Where Chromium or axe-core is missing the test fails, and says how to get it.
//
// It knows the classes of the pages' HTML, and imports no package that makes them, so that their own tests can import it.
package browserkit
