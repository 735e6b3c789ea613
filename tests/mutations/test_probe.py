import time, pytest
from tests.support.client import Client
from tests.support.company import Company
from tests.support.unchanged import snapshot
@pytest.mark.parametrize("n", range(20))
async def test_x(n, client: Client, company: Company) -> None:
    t=time.perf_counter(); await snapshot(); print("snap", time.perf_counter()-t)
    t=time.perf_counter(); await company.buy(PRO=1); print("buy", time.perf_counter()-t)
