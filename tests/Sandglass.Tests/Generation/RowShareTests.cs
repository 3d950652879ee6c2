using Sandglass.Generation;

namespace Sandglass.Tests.Generation;

/// <summary>Rows of a step, dealt on made-up numbers.</summary>
public sealed class RowShareTests
{
    [Theory]
    [InlineData(new[] { 1, 1, 1 }, 64, new[] { 1, 1, 1 })]
    [InlineData(new[] { 64, 1 }, 64, new[] { 63, 1 })]
    [InlineData(new[] { 64, 64, 1, 0 }, 64, new[] { 32, 31, 1, 0 })]
    [InlineData(new[] { 2, 64, 40 }, 10, new[] { 2, 4, 4 })]
    [InlineData(new int[0], 64, new int[0])]
    public void None_gets_fewer_than_another_that_wants_as_many(int[] wanted, int rows, int[] dealt)
    {
        List<RowShare> requests = [.. wanted.Select(rows => new RowShare { Wanted = rows })];

        Assert.Equal(dealt.Sum(), RowShare.Deal(requests, rows, turn: 0));
        Assert.Equal(dealt, requests.Select(request => request.Dealt));
    }

    [Fact]
    public void Where_a_request_gets_fewer_than_it_wants_its_texts_take_turns()
    {
        RowShare many = new();
        int[] got = new int[10];
        for (int step = 1; step <= 30; step++)
        {
            many.Begin(step);
            many.Wanted = got.Length;
            RowShare.Deal([many], rows: 3, step);
            for (int text = 0; text < got.Length; text++)
                if (many.IsNextDealt()) got[text]++;
        }
        Assert.All(got, times => Assert.Equal(9, times));
    }

    [Fact]
    public void With_more_requests_than_rows_the_first_has_one_always_and_the_others_in_turn()
    {
        List<RowShare> requests = [.. Enumerable.Range(0, 9).Select(_ => new RowShare())];
        int[] got = new int[requests.Count];
        for (int step = 1; step <= 8; step++)
        {
            foreach (RowShare request in requests)
            {
                request.Begin(step);
                request.Wanted = 1;
            }
            RowShare.Deal(requests, rows: 5, step);
            for (int i = 0; i < got.Length; i++) got[i] += requests[i].Dealt;
        }
        Assert.Equal([8, 4, 4, 4, 4, 4, 4, 4, 4], got);
    }
}
