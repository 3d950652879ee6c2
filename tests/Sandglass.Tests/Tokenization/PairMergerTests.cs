using Sandglass.Tokenization;

namespace Sandglass.Tests.Tokenization;

/// <summary>A long word merges as if it were searched from its beginning for each merge.</summary>
public class PairMergerTests
{
    public enum Orders { Rising, Falling, Mixed, Few, Same }

    [Theory]
    [InlineData(Orders.Rising)]     // what merged last is the last to merge on, as in a vocabulary that was learnt
    [InlineData(Orders.Falling)]    // each merge makes more urgent ones
    [InlineData(Orders.Mixed)]
    [InlineData(Orders.Few)]        // many pairs have the same order
    [InlineData(Orders.Same)]       // as without scores
    public void A_long_word_merges_as_a_search_for_each_merge_would(Orders orders)
    {
        PairMerger merger = new(few: 300);      // words of this test are shorter and longer
        for (int seed = 0; seed < 40; seed++)
        {
            Random random = new(seed);
            Sums rule = new(random.Next(2, 30), random.Next(3, 9), orders);
            int[] word = [.. Enumerable.Range(0, random.Next(1, 900)).Select(_ => random.Next(seed % 5 + 1))];
            Span<Symbol> symbols = merger.Room(word.Length);
            for (int i = 0; i < word.Length; i++) symbols[i] = new Symbol { From = i, Length = 1, Id = word[i] };

            Symbol[] merged = merger.Merge(word.Length, rule).ToArray();
            Assert.Equal(Searched(word, rule), merged.Select(symbol => (symbol.Id, symbol.Length)));
            Assert.Equal(word.Length, merged.Sum(symbol => symbol.Length));
        }
    }

    [Fact]
    public void Places_come_as_from_a_heap()
    {
        for (int seed = 0; seed < 30; seed++)
        {
            Random random = new(seed);
            PlaceLists lists = new(few: 1000);
            for (int use = 0; use < 3; use++)       // the same one again, once it is empty
            {
                PriorityQueue<(uint, int), (uint, int)> heap = new();
                int orders = random.Next(1, 60);
                lists.Begin(use == 1 ? 1000 : 3000);
                for (int left = 3000; left > 0 || heap.Count > 0; left--)
                {
                    if (left > 0 && (left > 2500 || random.Next(2) == 0))
                    {
                        (uint order, int place) = ((uint)random.Next(orders) * 70_000_000, random.Next(200));
                        heap.Enqueue((order, place), (order, place));
                        lists.Add(order, place);
                        continue;
                    }
                    bool isThere = lists.TryTake(out uint first, out int at);
                    Assert.Equal(heap.TryDequeue(out (uint, int) expected, out _), isThere);
                    if (isThere) Assert.Equal(expected, (first, at));
                }
                Assert.False(lists.TryTake(out _, out _));
            }
        }
    }

    private static List<(int Id, int Length)> Searched(int[] word, Sums rule)
    {
        List<(int Id, int Length)> rest = [.. word.Select(id => (id, 1))];
        while (true)
        {
            (int best, uint bestOrder, int bestId) = (-1, uint.MaxValue, 0);
            for (int i = 0; i + 1 < rest.Count; i++)
            {
                Symbol left = new() { Id = rest[i].Id }, right = new() { Id = rest[i + 1].Id };
                if (rule.MayMerge(left, right, out uint order, out int merged) && order < bestOrder) (best, bestOrder, bestId) = (i, order, merged);
            }
            if (best < 0) return rest;
            rest[best] = (bestId, rest[best].Length + rest[best + 1].Length);
            rest.RemoveAt(best + 1);
        }
    }

    /// <summary>Numbers merge to a larger one, up to a limit, where a hash of them says so.</summary>
    private readonly struct Sums(int limit, int odds, Orders orders) : IMergeRule
    {
        public bool MayMerge(in Symbol left, in Symbol right, out uint order, out int merged)
        {
            merged = left.Id + right.Id + 1;
            uint hash = (uint)(left.Id * 31 + right.Id) * 2654435761;
            order = orders switch
            {
                Orders.Rising => (uint)merged << 8 | hash >> 24,
                Orders.Falling => (uint)(limit - merged) << 8 | hash >> 24,
                Orders.Few => hash >> 30,
                Orders.Same => 7,
                _ => hash >> 1,
            };
            return merged <= limit && hash % (uint)odds != 0;
        }
    }
}
