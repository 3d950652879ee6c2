using Sandglass.Sampling;

namespace Sandglass.Tests.Sampling;

public class PhiloxTests
{
    // kat_vectors of Random123, philox4x32 10
    [Fact]
    public void Known_answers_of_random123()
    {
        Assert.Equal((0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u), Philox.Block((0, 0, 0, 0), (0, 0)));
        Assert.Equal((0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu), Philox.Block((~0u, ~0u, ~0u, ~0u), (~0u, ~0u)));
        Assert.Equal((0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u),
            Philox.Block((0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344), (0xa4093822, 0x299f31d0)));
    }

    [Fact]
    public void A_draw_takes_the_first_two_words_of_position_step_and_index_under_the_seed()
    {
        const long Position = 0x1_0000_0007;
        (uint low, uint high, _, _) = Philox.Block((7, 1, 3, 5), (0x89ABCDEF, 0x01234567));
        Assert.Equal((ulong)high << 32 | low, Philox.Draw64(0x0123456789ABCDEF, Position, step: 3, index: 5));
    }

    [Fact]
    public void Every_part_of_the_counter_and_the_seed_matters()
    {
        ulong[] draws =
        [
            Philox.Draw64(1, 0, 0, 0), Philox.Draw64(2, 0, 0, 0), Philox.Draw64(1UL << 32, 0, 0, 0), Philox.Draw64(1, 1, 0, 0),
            Philox.Draw64(1, 1L << 32, 0, 0), Philox.Draw64(1, 0, 1, 0), Philox.Draw64(1, 0, 0, 1),
        ];
        Assert.Equal(draws.Length, draws.Distinct().Count());
    }
}
