using Sandglass.Generation;

namespace Sandglass.Tests.Generation;

public class LoopDetectorTests
{
    [Theory]
    [InlineData(2, 3, new[] { 1, 2, 1, 2, 1, 2 }, true)]
    [InlineData(2, 3, new[] { 1, 2, 1, 2, 1 }, false)]
    [InlineData(2, 3, new[] { 1, 2, 9, 1, 2, 8, 7, 1, 2 }, true)]     // not side by side
    [InlineData(1, 3, new[] { 4, 4, 4 }, true)]
    [InlineData(2, 3, new[] { 4, 4, 4, 4 }, true)]                    // runs may overlap
    [InlineData(2, 3, new[] { 1, 2, 1, 2, 1, 2, 3 }, false)]          // it was a loop, and is none now
    [InlineData(3, 2, new[] { 5 }, false)]
    [InlineData(int.MaxValue, 4, new[] { 5 }, false)]
    [InlineData(1, int.MaxValue, new[] { 5, 5 }, false)]
    [InlineData(0, 2, new[] { 5, 5, 5, 5 }, false)]
    public void The_last_run_must_have_come_up_often_enough(int ngram, int repeats, int[] completion, bool loops)
    {
        Assert.Equal(loops, new LoopDetector(ngram, repeats).Loops(completion));
    }
}
