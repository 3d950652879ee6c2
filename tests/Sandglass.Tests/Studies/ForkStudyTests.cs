using Sandglass.Generation;
using Sandglass.Sampling;
using Sandglass.Studies;
using Sandglass.Tests.Generation;

namespace Sandglass.Tests.Studies;

/// <summary><c>lab fork</c>: each branch is the greedy text behind one of the likeliest tokens.</summary>
public sealed class ForkStudyTests(Grain grain) : IClassFixture<Grain>
{
    private static readonly int[] Prompt = Evidence.Ids(20, 4096);

    [Theory, InlineData(0), InlineData(7)]
    public async Task Each_branch_is_the_greedy_text_behind_its_token(int at)
    {
        GenerationOptions greedy = new() { Sampling = SamplerOptions.Greedy, MaxTokens = at + 1, Logprobs = 4 };
        Run trunk = await Run.Of(grain.Model, Prompt, greedy);

        (string before, IReadOnlyList<ForkBranch> branches) = await ForkStudy.RunAsync(grain.Model, Prompt, at, branches: 4, tokens: 10);

        Assert.Equal(trunk.Tokens[at].Top.Select(top => (top.Id, top.Logprob)), branches.Select(branch => (branch.Id, branch.Logprob)));
        Assert.Equal(grain.Model.Tokenizer.Decode(trunk.Ids[..at]), before);
        foreach (ForkBranch branch in branches)
        {
            Run rest = await Run.Of(grain.Model, [.. Prompt, .. trunk.Ids[..at], branch.Id], greedy with { MaxTokens = 9 });
            Assert.Equal([branch.Id, .. rest.Ids], branch.Ids);
            Assert.Equal(branch.Logprob + rest.Tokens.Sum(token => token.Logprob), branch.Score);
            Assert.Equal(rest.Result.Finish, branch.Finish);
        }
        Assert.Equal((branches[0].Ids.Count - 1, 0), (branches[0].SharedTokens, branches[0].MeetsAt));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(100_000)]
    [InlineData(int.MaxValue)]
    public async Task A_fork_behind_the_contexts_end_is_refused(int position)
    {
        GenerationException refused = await Assert.ThrowsAsync<GenerationException>(() => ForkStudy.RunAsync(grain.Model, Prompt, position, 2, 5));
        Assert.Equal(("position", $"a whole number from 0 to {grain.Model.Context - Prompt.Length - 1}, a place that the context has room for"),
            (refused.Option, refused.Expected));
    }

    [Theory]
    [InlineData(new[] { 1, 2, 3 }, new[] { 1, 2, 3 }, 3, 0)]
    [InlineData(new[] { 9, 2, 3 }, new[] { 1, 2, 3 }, 2, null)]             // a common end of two tokens is chance
    [InlineData(new[] { 9, 2, 3, 4, 5 }, new[] { 1, 2, 3, 4, 5 }, 4, 1)]
    [InlineData(new[] { 9, 2, 3, 4, 5 }, new[] { 1, 8, 3, 4, 5 }, 3, null)]
    [InlineData(new[] { 1, 2, 3 }, new[] { 2, 3, 4 }, 2, null)]
    [InlineData(new[] { 1, 2 }, new[] { 1, 2, 3 }, 2, null)]
    [InlineData(new int[0], new[] { 1 }, 0, null)]
    public void Two_texts_are_compared_token_by_token(int[] one, int[] other, int shared, int? meets)
    {
        Assert.Equal(shared, ForkStudy.Common(one, other));
        Assert.Equal(meets, ForkStudy.Meeting(one, other));
    }
}
